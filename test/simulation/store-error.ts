/** What a node hears when the store fails it; the platform must expect it at any call. */
export class StoreError extends Error {}
