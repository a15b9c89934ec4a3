// What an item counts for: the same in every bulk store, so that the bound means the same in all of them.

// What SQLite keeps beside the text of an item: its row, its entry in the index over time, and room between them.
const overhead = 64

/** The bytes of the text itself: what `trim` answers. */
export const textBytes = (data: string): number => Buffer.byteLength(data)

/** What `items` items with `bytes` bytes of text take of the bound. */
export const weight = (items: number, bytes: number): number => items * overhead + bytes
