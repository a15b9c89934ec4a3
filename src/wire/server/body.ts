// Reading a request's body within bounds: as sent, and inflated. A body that is too large is drained and thrown away, never kept.
import type { IncomingMessage } from "node:http"
import { promisify } from "node:util"
import { gunzip, inflate } from "node:zlib"
import type { Clock } from "../../kernel/index.ts"

export type ReadBody =
  | { readonly kind: "body"; readonly sent: Uint8Array }
  | { readonly kind: "tooLarge" }
  /** The client went away in the middle. */
  | { readonly kind: "gone" }

const nothing = new Uint8Array()

/** A body of 10 MiB over a slow line; long polls are answers, not requests, and are not bounded by this. */
const patience = 120_000

/** Reads the body as it was sent, up to `limit` bytes; who sends too slowly is cut off. */
export const readBody = (req: IncomingMessage, limit: number, clock: Clock): Promise<ReadBody> => {
  const declared = req.headers["content-length"]
  if (declared === "0" || (declared === undefined && req.headers["transfer-encoding"] === undefined)) {
    req.resume()
    return Promise.resolve({ kind: "body", sent: nothing })
  }
  if (Number(declared) > limit) return Promise.resolve({ kind: "tooLarge" })
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const cancel = clock.at(clock.now() + patience, () => req.destroy())
    const done = (result: ReadBody) => {
      cancel()
      req.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone)
      // Whatever happens to the connection later is the server's to see.
      req.on("error", () => {})
      resolve(result)
    }
    const onData = (chunk: Buffer) => {
      length += chunk.length
      if (length > limit) done({ kind: "tooLarge" })
      else chunks.push(chunk)
    }
    const onEnd = () =>
      done({ kind: "body", sent: chunks.length === 1 ? (chunks[0] ?? nothing) : Buffer.concat(chunks, length) })
    const onGone = () => done({ kind: "gone" })
    req.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone)
  })
}

const gunzipAsync = promisify(gunzip)
const inflateAsync = promisify(inflate)

/** Undoes the content encoding. `malformed` when the bytes are not what the header says. */
export const inflateBody = async (
  sent: Uint8Array,
  encoding: string | undefined,
  limit: number,
): Promise<{ kind: "body"; body: Uint8Array } | { kind: "tooLarge" } | { kind: "malformed" }> => {
  const names = (encoding ?? "")
    .toLowerCase()
    .split(",")
    .map((n) => n.trim())
  // aws-chunked belongs to the operation that reads the chunks; every other unknown encoding is left as it is, as AWS does.
  const how = names.includes("gzip") ? gunzipAsync : names.includes("deflate") ? inflateAsync : undefined
  if (!how) return { kind: "body", body: sent }
  try {
    return { kind: "body", body: await how(sent, { maxOutputLength: limit }) }
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "ERR_BUFFER_TOO_LARGE"
      ? { kind: "tooLarge" }
      : { kind: "malformed" }
  }
}
