/** The client SDK of Plaza: accounts, live rooms, gifts and wallet, in browsers, Node and mini programs. */

export { createClient, type ClientOptions } from './create-client.ts'
export { isReject, RejectError, type RejectData, type Retry } from './reject-error.ts'
export type * from './client.ts'
export type { Admin, AuditListQuery, RoomListQuery } from './admin-api.ts'
export type * from './types.ts'
export type { HttpRequest, HttpResponse, Platform, Socket, Storage } from './platform.ts'
export { browserPlatform } from './platform/browser.ts'
export { reactNative, type ReactNativeModules } from './platform/react-native.ts'
export { memoryStorage, webPlatform } from './platform/web.ts'
export { wechat, type Wx, type WxSocketTask } from './platform/wechat.ts'
