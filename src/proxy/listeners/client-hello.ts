// The name that a TLS client asks for, from the first bytes of its connection. Pure; nothing is taken from the connection.
// RFC 8446 section 4.1.2 and RFC 6066 section 3.

/** What is known of it. */
export type Hello =
  | { readonly kind: "more" }
  | { readonly kind: "broken" }
  /** Absent name: the client asks for none. */
  | { readonly kind: "hello"; readonly name?: string }

const broken: Hello = { kind: "broken" }
const handshake = 22
const clientHello = 1
const serverName = 0
const hostName = 0

/** A hello is not longer than this, whatever it says: the lists in it are of two bytes. */
const longest = 128 * 1024

/** The payloads of the handshake records so far, joined; undefined when they are none. */
const messageOf = (bytes: Buffer): Buffer | undefined => {
  const pieces: Buffer[] = []
  for (let at = 0; at + 5 <= bytes.length; ) {
    if (bytes[at] !== handshake || bytes[at + 1] !== 3) return undefined
    const length = bytes.readUInt16BE(at + 3)
    if (length === 0) return undefined
    pieces.push(bytes.subarray(at + 5, Math.min(at + 5 + length, bytes.length)))
    at += 5 + length
  }
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
}

/** Reads lengths and what they count, and never beyond the end. */
class Reader {
  #at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError("beyond the end")
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  number(bytes: 1 | 2 | 3): number {
    return this.take(bytes).readUIntBE(0, bytes)
  }
}

/** Looks at the first bytes of a connection that began with 0x16. */
export const helloOf = (bytes: Buffer): Hello => {
  const message = messageOf(bytes)
  if (!message || (message.length > 0 && message[0] !== clientHello)) return broken
  if (message.length < 4) return bytes.length > longest ? broken : { kind: "more" }
  const length = message.readUIntBE(1, 3)
  if (length > longest) return broken
  if (message.length < 4 + length) return bytes.length > 2 * longest ? broken : { kind: "more" }
  try {
    const name = nameOf(new Reader(message.subarray(4, 4 + length)))
    return { kind: "hello", ...(name !== undefined && { name }) }
  } catch (error) {
    if (error instanceof RangeError) return broken
    throw error
  }
}

const nameOf = (hello: Reader): string | undefined => {
  // Version and random, session, cipher suites, compression.
  hello.take(34)
  hello.take(hello.number(1))
  hello.take(hello.number(2))
  hello.take(hello.number(1))
  if (hello.isAtEnd) return undefined
  const extensions = new Reader(hello.take(hello.number(2)))
  while (!extensions.isAtEnd) {
    const type = extensions.number(2)
    const content = new Reader(extensions.take(extensions.number(2)))
    if (type !== serverName) continue
    const names = new Reader(content.take(content.number(2)))
    while (!names.isAtEnd) {
      const kind = names.number(1)
      const name = names.take(names.number(2)).toString("latin1")
      if (kind === hostName) return name.toLowerCase().replace(/\.$/, "")
    }
  }
  return undefined
}
