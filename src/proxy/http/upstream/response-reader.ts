// Reads the answers of targets from the bytes of a connection: heads, lengths, chunks, trailers. Strict where two readers
// could differ. Why it is ours: docs/decisions/0022.
import type { ResponseHead } from "./types.ts"

/** AWS takes response headers of 32 K (quotas of Application Load Balancers). */
export const mostHeadBytes = 32 * 1024
/** The length of a chunk with its extensions, and all trailers. */
const mostLineBytes = 4096

/** Hears of one answer after the other. */
export interface ReaderEvents {
  head(head: ResponseHead, keeps: boolean): Following
  body(chunk: Buffer): void
  end(last: Buffer | undefined, trailers: readonly string[]): void
}

/** What the request says about its answer's body: `switch` says that the rest is not HTTP. */
export type Following = "body" | "no-body" | "interim" | "switch"

/** The bytes are no answer of HTTP/1. */
export class ResponseError extends Error {}

type State = "head" | "length" | "until-close" | "chunk-size" | "chunk-data" | "chunk-end" | "trailers" | "switched"

const empty = Buffer.alloc(0)
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([^\r\n]*))?$/
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Other than what may stand in a head: no control characters but tab, and CR LF where lines end. */
const unfit = /[^\t\r\n\x20-\x7e\x80-\xff]/
const bareLineEnd = /\r(?:[^\n]|$)|[^\r]\n/

/** See the head of the file. One for each connection. */
export class ResponseReader {
  #state: State = "head"
  #kept: Buffer = empty
  #left = 0
  #trailers: string[] = []
  readonly #events: ReaderEvents

  constructor(events: ReaderEvents) {
    this.#events = events
  }

  /** Between two answers, with nothing of the next. */
  get idle(): boolean {
    return this.#state === "head" && this.#kept.length === 0
  }

  /** The answer ends where the connection does. */
  get untilClose(): boolean {
    return this.#state === "until-close"
  }

  /** Whatever was kept when the connection switched to something else. */
  takeRest(): Buffer {
    const rest = this.#kept
    this.#kept = empty
    return rest
  }

  /** @throws ResponseError */
  read(chunk: Buffer): void {
    let rest = chunk
    if (this.#kept.length > 0) {
      rest = Buffer.concat([this.#kept, chunk])
      this.#kept = empty
    }
    while (rest.length > 0) {
      const next = this.#step(rest)
      if (next === undefined) {
        this.#kept = rest
        return
      }
      rest = next
    }
  }

  /** The connection has ended. Whether that is the end of an answer. */
  finish(): boolean {
    if (this.#state !== "until-close") return false
    this.#end(undefined)
    return true
  }

  /** Takes what it can; undefined when more must come first. */
  #step(rest: Buffer): Buffer | undefined {
    switch (this.#state) {
      case "head":
        return this.#head(rest)
      case "length":
        return this.#length(rest)
      case "until-close":
        this.#events.body(rest)
        return empty
      case "chunk-size":
        return this.#chunkSize(rest)
      case "chunk-data":
        return this.#chunkData(rest)
      case "chunk-end":
        if (rest.length < 2) return undefined
        if (rest[0] !== 13 || rest[1] !== 10) throw new ResponseError("a chunk does not end where it says")
        this.#state = "chunk-size"
        return rest.subarray(2)
      case "trailers":
        return this.#trailer(rest)
      case "switched":
        return undefined
    }
  }

  #head(rest: Buffer): Buffer | undefined {
    const at = rest.indexOf("\r\n\r\n")
    if (at < 0 ? rest.length > mostHeadBytes : at > mostHeadBytes) throw new ResponseError("the head is too large")
    if (at < 0) return undefined
    const after = rest.subarray(at + 4)
    const { head, framing } = parseHead(rest.toString("latin1", 0, at))
    const following = this.#events.head(head, framing.keeps && framing.body !== "close")
    if (following === "switch") {
      this.#state = "switched"
      this.#kept = after
      return empty
    }
    if (following === "interim") return after
    if (following === "no-body" || framing.body === 0) {
      this.#end(undefined)
    } else if (framing.body === "chunked") this.#state = "chunk-size"
    else if (framing.body === "close") this.#state = "until-close"
    else {
      this.#state = "length"
      this.#left = framing.body
    }
    return after
  }

  #length(rest: Buffer): Buffer {
    if (rest.length < this.#left) {
      this.#left -= rest.length
      this.#events.body(rest)
      return empty
    }
    const last = rest.length === this.#left ? rest : rest.subarray(0, this.#left)
    const after = rest.length === this.#left ? empty : rest.subarray(this.#left)
    this.#end(last)
    return after
  }

  #chunkSize(rest: Buffer): Buffer | undefined {
    const line = lineOf(rest)
    if (line === undefined) return undefined
    const size = /^([0-9a-fA-F]{1,13})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/.exec(line)?.[1]
    if (size === undefined) throw new ResponseError("a chunk has no length")
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? "trailers" : "chunk-data"
    return rest.subarray(line.length + 2)
  }

  #chunkData(rest: Buffer): Buffer {
    const part = rest.length <= this.#left ? rest : rest.subarray(0, this.#left)
    this.#left -= part.length
    if (this.#left === 0) this.#state = "chunk-end"
    this.#events.body(part)
    return rest.subarray(part.length)
  }

  #trailer(rest: Buffer): Buffer | undefined {
    const line = lineOf(rest)
    if (line === undefined) return undefined
    if (line === "") this.#end(undefined)
    else {
      if (unfit.test(line)) throw new ResponseError("a trailer holds a control character")
      addField(this.#trailers, line)
      if (this.#trailers.length > 200) throw new ResponseError("there are too many trailers")
    }
    return rest.subarray(line.length + 2)
  }

  #end(last: Buffer | undefined): void {
    const trailers = this.#trailers
    this.#state = "head"
    if (trailers.length > 0) this.#trailers = []
    this.#events.end(last, trailers)
  }
}

/** A line without its end; undefined while that is missing. */
const lineOf = (rest: Buffer): string | undefined => {
  const at = rest.indexOf("\r\n")
  if (at > mostLineBytes || (at < 0 && rest.length > mostLineBytes)) throw new ResponseError("a line is too long")
  return at < 0 ? undefined : rest.toString("latin1", 0, at)
}

const addField = (fields: string[], line: string): string => {
  const colon = line.indexOf(":")
  const name = line.slice(0, colon)
  // A name with a space, or a folded line, is read differently by different readers.
  if (colon < 1 || !token.test(name)) throw new ResponseError("a header has no name")
  fields.push(name, trimmed(line, colon + 1))
  return name
}

const trimmed = (line: string, from: number): string => {
  let start = from
  let end = line.length
  while (start < end && isSpace(line.charCodeAt(start))) start++
  while (end > start && isSpace(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

const isSpace = (code: number) => code === 32 || code === 9

interface Framing {
  readonly body: number | "chunked" | "close"
  readonly keeps: boolean
}

/** Hop-by-hop names; what they say is for this connection only. `Upgrade` stays: a 101 is handed on with it. */
const ofTheConnection: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
])

const parseHead = (text: string): { head: ResponseHead; framing: Framing } => {
  if (unfit.test(text) || bareLineEnd.test(text)) throw new ResponseError("the head holds a control character")
  const lines = text.split("\r\n")
  const first = statusLine.exec(lines[0] ?? "")
  if (!first) throw new ResponseError("there is no status line")
  const fields: string[] = []
  let length: number | undefined
  let coding: string | undefined
  let connection = ""
  for (let i = 1; i < lines.length; i++) {
    const name = addField(fields, lines[i] ?? "")
    // Of the lengths of names only those below mean something here; most headers are passed over by a number.
    const size = name.length
    if (size !== 14 && size !== 10 && size !== 17 && size !== 16) continue
    const lower = name.toLowerCase()
    const value = fields[fields.length - 1] ?? ""
    if (lower === "content-length") {
      if (!/^\d{1,15}$/.test(value)) throw new ResponseError("the length is no number")
      if (length !== undefined) {
        if (length !== Number(value)) throw new ResponseError("there are two lengths")
        fields.length -= 2
      }
      length = Number(value)
    } else if (ofTheConnection.has(lower)) {
      fields.length -= 2
      if (lower === "transfer-encoding") coding = coding === undefined ? value : `${coding}, ${value}`
      else if (lower === "connection") connection += `,${value.toLowerCase()}`
    }
  }
  if (coding !== undefined && (coding.toLowerCase() !== "chunked" || first[1] === "0"))
    throw new ResponseError("the transfer coding is not chunked")
  const head: ResponseHead = { status: Number(first[2]), reason: first[3] ?? "", headers: fields }
  if (connection !== "") removeNominated(fields, connection)
  if (coding !== undefined && length !== undefined) removeNamed(fields, "content-length")
  const keeps = first[1] === "1" ? !hasToken(connection, "close") : hasToken(connection, "keep-alive")
  return { head, framing: { body: coding !== undefined ? "chunked" : (length ?? "close"), keeps } }
}

const hasToken = (list: string, wanted: string): boolean =>
  list !== "" && list.split(",").some((one) => one.trim() === wanted)

/** Headers that `Connection` names are of the connection too. */
const removeNominated = (fields: string[], connection: string): void => {
  for (const one of connection.split(",")) {
    const name = one.trim()
    if (name !== "" && name !== "close" && name !== "keep-alive" && name !== "upgrade" && name !== "content-length")
      removeNamed(fields, name)
  }
}

const removeNamed = (fields: string[], lower: string): void => {
  for (let i = fields.length - 2; i >= 0; i -= 2) if (fields[i]?.toLowerCase() === lower) fields.splice(i, 2)
}
