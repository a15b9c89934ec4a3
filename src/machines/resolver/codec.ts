// DNS messages as bytes (RFC 1035): reading one question, writing answers to it. Only what a resolver of A and PTR
// names needs; every other message is forwarded as the bytes that it came as.

/** Record types that we know by name. */
export const recordType = { A: 1, PTR: 12, AAAA: 28 } as const

/** Response codes (RFC 1035 4.1.1). */
export const responseCode = {
  ok: 0,
  formatError: 1,
  serverFailure: 2,
  noSuchName: 3,
  notImplemented: 4,
  refused: 5,
} as const

export interface Question {
  /** Lower case, without a dot at the end. */
  readonly name: string
  readonly type: number
  readonly class: number
}

/** A query with exactly one question. */
export interface Query {
  readonly id: number
  readonly recursionDesired: boolean
  readonly question: Question
  /** The bytes of the question, to be sent back as they came (some clients check the case of letters). */
  readonly questionBytes: Uint8Array
}

/** What a query was, when it was not one that we can answer. */
export type Parsed =
  | { readonly kind: "query"; readonly query: Query }
  /** A header could be read; it gets this code. */
  | { readonly kind: "bad"; readonly id: number; readonly code: number }
  /** Not a query at all: dropped, so that two servers never answer each other for ever. */
  | { readonly kind: "noise" }

const headerLength = 12
const internetClass = 1

/** Reads a name without compression (a question cannot refer to anything before it); undefined when it is malformed. */
const readName = (bytes: Uint8Array, start: number): { name: string; end: number } | undefined => {
  const labels: string[] = []
  let at = start
  for (let total = 0; ; ) {
    const length = bytes[at]
    if (length === undefined || length > 63) return undefined
    if (length === 0) return { name: labels.join(".").toLowerCase(), end: at + 1 }
    total += length + 1
    if (total > 254 || at + 1 + length > bytes.length) return undefined
    labels.push(Buffer.from(bytes.subarray(at + 1, at + 1 + length)).toString("latin1"))
    at += 1 + length
  }
}

/** Reads the header and the question of a message. Never throws. */
export const parseQuery = (bytes: Uint8Array): Parsed => {
  if (bytes.length < headerLength) return { kind: "noise" }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const id = view.getUint16(0)
  const flags = view.getUint16(2)
  if ((flags & 0x8000) !== 0) return { kind: "noise" }
  if ((flags & 0x7800) !== 0) return { kind: "bad", id, code: responseCode.notImplemented }
  if (view.getUint16(4) !== 1) return { kind: "bad", id, code: responseCode.formatError }
  const name = readName(bytes, headerLength)
  if (!name || name.end + 4 > bytes.length) return { kind: "bad", id, code: responseCode.formatError }
  const question = { name: name.name, type: view.getUint16(name.end), class: view.getUint16(name.end + 2) }
  return {
    kind: "query",
    query: {
      id,
      recursionDesired: (flags & 0x0100) !== 0,
      question,
      questionBytes: bytes.slice(headerLength, name.end + 4),
    },
  }
}

/** The header of an answer: QR, AA if `authoritative`, RD as asked, RA. */
const header = (
  id: number,
  options: { authoritative: boolean; recursionDesired: boolean; code: number; questions: number; answers: number },
) => {
  const bytes = Buffer.alloc(headerLength)
  bytes.writeUInt16BE(id, 0)
  bytes.writeUInt16BE(
    0x8080 | (options.authoritative ? 0x0400 : 0) | (options.recursionDesired ? 0x0100 : 0) | options.code,
    2,
  )
  bytes.writeUInt16BE(options.questions, 4)
  bytes.writeUInt16BE(options.answers, 6)
  return bytes
}

/** An answer without records: an error, or "there is this name, but not with that type" (code `ok`). */
export const writeEmpty = (query: Query, code: number, authoritative = false): Buffer => {
  const { id, recursionDesired, questionBytes } = query
  return Buffer.concat([header(id, { authoritative, recursionDesired, code, questions: 1, answers: 0 }), questionBytes])
}

/** An answer to a message whose question could not be read. */
export const writeBad = (id: number, code: number): Buffer =>
  header(id, { authoritative: false, recursionDesired: false, code, questions: 0, answers: 0 })

/** A name as labels, without compression. The caller knows that each label fits. */
const writeName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")])),
    Buffer.from([0]),
  ])

/** A record's data: an address for A, a name for PTR. */
export const dataOf = (type: "A" | "PTR", value: string): Buffer =>
  type === "A" ? Buffer.from(value.split(".").map(Number)) : writeName(value)

/** An answer with one record per datum, all for the question's own name. */
export const writeAnswer = (query: Query, data: readonly Buffer[], ttl: number): Buffer => {
  const { id, recursionDesired, questionBytes, question } = query
  const records = data.map((datum) => {
    const fixed = Buffer.alloc(12)
    // A pointer to the question's name, which always starts right after the header.
    fixed.writeUInt16BE(0xc000 | headerLength, 0)
    fixed.writeUInt16BE(question.type, 2)
    fixed.writeUInt16BE(internetClass, 4)
    fixed.writeUInt32BE(ttl, 6)
    fixed.writeUInt16BE(datum.length, 10)
    return Buffer.concat([fixed, datum])
  })
  return Buffer.concat([
    header(id, { authoritative: true, recursionDesired, code: responseCode.ok, questions: 1, answers: records.length }),
    questionBytes,
    ...records,
  ])
}

/** An answer over UDP that does not fit: the question alone with the TC flag, so that the client comes again over TCP. */
export const truncate = (answer: Uint8Array, questionBytes: Uint8Array): Buffer => {
  const bytes = Buffer.concat([answer.subarray(0, headerLength), questionBytes])
  bytes.writeUInt16BE(bytes.readUInt16BE(2) | 0x0200, 2)
  bytes.writeUInt16BE(1, 4)
  bytes.writeUInt16BE(0, 6)
  bytes.writeUInt16BE(0, 8)
  bytes.writeUInt16BE(0, 10)
  return bytes
}

export const isInternet = (question: Question): boolean => question.class === internetClass
