// The byte stream between the supervisor and its helper container, cut into frames: a length, a kind, the number of a
// connection, and what is said. Pure; what the kinds mean is in messages.ts and tunnel.ts.

/** Kinds of frames, by the byte that stands for them. */
export const kinds = { message: 0, open: 1, data: 2, end: 3, reset: 4, credit: 5 } as const
export type Kind = (typeof kinds)[keyof typeof kinds]

export interface Frame {
  readonly kind: Kind
  /** The connection's number; 0 for a message. */
  readonly id: number
  readonly payload: Buffer
}

const headerLength = 9
/** Nothing that we say is longer; more than this is no frame of ours. */
const longest = 64 * 1024 * 1024

export const encodeFrame = (kind: Kind, id: number, payload: Uint8Array = new Uint8Array()): Buffer => {
  const bytes = Buffer.alloc(headerLength + payload.length)
  bytes.writeUInt32BE(payload.length, 0)
  bytes.writeUInt8(kind, 4)
  bytes.writeUInt32BE(id, 5)
  bytes.set(payload, headerLength)
  return bytes
}

const isKind = (byte: number): byte is Kind => byte <= kinds.credit

/** Calls `take` for each whole frame. Throws when the bytes are not frames: whoever reads cannot go on. */
export const frameReader = (take: (frame: Frame) => void): ((bytes: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    while (rest.length >= headerLength) {
      const length = rest.readUInt32BE(0)
      const kind = rest.readUInt8(4)
      if (length > longest || !isKind(kind)) throw new Error("what the other end says is not a frame")
      const end = headerLength + length
      if (rest.length < end) return
      const frame = { kind, id: rest.readUInt32BE(5), payload: Buffer.from(rest.subarray(headerLength, end)) }
      rest = rest.subarray(end)
      take(frame)
    }
  }
}
