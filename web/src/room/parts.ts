/** Parts of the room's page that others show a room with, by way of that page. */
export { default as chatStyles } from '../chat/chat.module.css'
export { ChatLog } from '../chat/chat-log.ts'
export { stick } from '../chat/stick.ts'
export { useGiftName } from '../gift/use-gift-name.ts'
export { Player } from '../player/player.tsx'
