// Docker's json-file lines turned into messages: one JSON object per line, in which a message that is longer than 16 KiB
// is spread over several and only the last ends with a newline. Pure; offsets count all bytes ever written to the file.

/** A message as the container wrote it, without its newline; an empty line is an empty message. */
export interface LogMessage {
  readonly text: string
  readonly stream: "stdout" | "stderr"
  /** Epoch milliseconds of its first part. */
  readonly time: number
  /** Unique and growing: the offset behind what completed it. What is committed up to here contains it. */
  readonly end: number
}

/** Longest message in UTF-8 bytes; longer ones are split, as Docker's own awslogs driver does: 256 KiB less 26 of overhead. */
export const maxMessageBytes = 262_144 - 26

interface Open {
  parts: string[]
  bytes: number
  time: number
}

/** See the head of the file. Feed it raw lines in order. */
export class JsonFileDecoder {
  readonly #open = { stdout: newOpen(), stderr: newOpen() }

  /** Whether no message is half read: only here may decoding begin again after a restart. */
  get atBoundary(): boolean {
    return this.#open.stdout.bytes === 0 && this.#open.stderr.bytes === 0
  }

  /** Takes one raw line (without its newline) that ends before offset `end`; answers the messages it completes. */
  line(raw: string, end: number): LogMessage[] {
    const entry = parse(raw)
    if (!entry) return []
    const open = this.#open[entry.stream]
    if (open.bytes === 0) open.time = entry.time
    const complete = entry.log.endsWith("\n")
    const text = complete ? entry.log.slice(0, -1) : entry.log
    open.parts.push(text)
    open.bytes += Buffer.byteLength(text)
    if (!complete && open.bytes <= maxMessageBytes) return []
    return this.#take(entry.stream, complete, end)
  }

  /**
   * The container is gone: what is still open is all there will be. The ends go beyond `end`, the end of the file: the
   * last raw line may have completed a message of the other stream there.
   */
  finish(end: number): LogMessage[] {
    const open = (["stdout", "stderr"] as const).filter((stream) => this.#open[stream].bytes > 0)
    return open
      .flatMap((stream) => this.#take(stream, true, end))
      .map((message, i) => ({ ...message, end: end + 1 + i }))
  }

  // Messages that one raw line completes together get growing ends below `end`: the raw line is longer than they are many.
  #take(stream: "stdout" | "stderr", complete: boolean, end: number): LogMessage[] {
    const open = this.#open[stream]
    const texts = splitUtf8(open.parts.join(""), maxMessageBytes)
    const rest = complete ? undefined : texts.pop()
    const messages = texts.map(
      (text, i): LogMessage => ({ text, stream, time: open.time, end: end - (texts.length - 1 - i) }),
    )
    this.#open[stream] =
      rest === undefined ? newOpen() : { parts: [rest], bytes: Buffer.byteLength(rest), time: open.time }
    return messages
  }
}

const newOpen = (): Open => ({ parts: [], bytes: 0, time: 0 })

/** Cuts `text` into pieces of at most `max` UTF-8 bytes without cutting a character. */
export const splitUtf8 = (text: string, max: number): string[] => {
  if (text.length <= max / 3 || Buffer.byteLength(text) <= max) return [text]
  const bytes = Buffer.from(text)
  const pieces: string[] = []
  for (let from = 0; from < bytes.length; ) {
    let to = Math.min(bytes.length, from + max)
    // 10xxxxxx continues a character.
    while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to--
    pieces.push(bytes.toString("utf8", from, to))
    from = to
  }
  return pieces
}

const parse = (
  raw: string,
): { readonly log: string; readonly stream: "stdout" | "stderr"; readonly time: number } | undefined => {
  if (raw === "") return undefined
  let value: unknown
  try {
    value = JSON.parse(raw)
  } catch {
    // A daemon that was killed while it wrote leaves half a line; the next one begins on the same line or a new one.
    return undefined
  }
  if (typeof value !== "object" || value === null) return undefined
  const { log, stream, time } = value as { log?: unknown; stream?: unknown; time?: unknown }
  if (typeof log !== "string") return undefined
  const at = typeof time === "string" ? Date.parse(time) : Number.NaN
  return { log, stream: stream === "stderr" ? "stderr" : "stdout", time: Number.isNaN(at) ? 0 : at }
}
