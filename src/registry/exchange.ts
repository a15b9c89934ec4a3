// One request to the registry whose sender is known: calling ECR as him, reading the body, writing the answer.
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Caller, Clock, Scope } from "../kernel/index.ts"
import type { Operations } from "../model/operations.ts"
import type { BlobStore } from "../state/index.ts"
import { RegistryError } from "./errors.ts"

type Ecr = Operations["ecr"]

/** See the head of the file. */
export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly method: string
  readonly query: URLSearchParams
  readonly registry: Scope
  readonly caller: Caller
  readonly layers: BlobStore
  readonly clock: Clock
  /** Runs an operation of ECR in the registry, with all that the gate does. */
  call<O extends keyof Ecr & string>(
    operation: O,
    input: object,
  ): Promise<Ecr[O] extends { output: infer T } ? T : never>
}

/** Answers without a body, or with a text. HEAD has the length of the body and not the body. */
export const answer = (
  { req, res }: Pick<Exchange, "req" | "res">,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = "",
): void => {
  if (res.destroyed) return
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength
  res.writeHead(status, {
    "docker-distribution-api-version": "registry/2.0",
    ...(status !== 204 && { "content-length": String(length) }),
    ...headers,
  })
  res.end(req.method === "HEAD" || status === 204 ? undefined : body)
}

export const answerJson = (
  exchange: Pick<Exchange, "req" | "res">,
  body: object,
  headers: Record<string, string> = {},
): void => answer(exchange, 200, { "content-type": "application/json", ...headers }, JSON.stringify(body))

/** A sender that stops in the middle is given up after this: what it sent is kept, and it can go on. */
const patience = 60_000

/** The bytes of a body as they arrive, no faster than they are taken. Throws when the client is gone or stops sending. */
export async function* bodyOf({ req, clock }: Pick<Exchange, "req" | "clock">): AsyncGenerator<Uint8Array> {
  let last = clock.now()
  let waiting = true
  const watch = () =>
    clock.at(clock.now() + patience, () => {
      if (waiting && clock.now() - last >= patience) req.destroy(new Error("the client has stopped sending"))
      else cancel = watch()
    })
  let cancel = watch()
  try {
    // Not destroyed when it is not read to its end: the answer goes out on the same connection.
    for await (const bytes of req.iterator({ destroyOnReturn: false })) {
      last = clock.now()
      waiting = false
      yield bytes as Uint8Array
      waiting = true
      last = clock.now()
    }
  } finally {
    cancel()
  }
}

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0

/** Reads a body that is small by its kind. */
export const readSmall = async (exchange: Pick<Exchange, "req" | "clock">, limit: number): Promise<Buffer> => {
  const tooLarge = () => new RegistryError(413, "MANIFEST_INVALID", `The manifest is larger than ${limit} bytes.`)
  if (Number(exchange.req.headers["content-length"] ?? 0) > limit) throw tooLarge()
  const parts: Uint8Array[] = []
  let length = 0
  for await (const bytes of bodyOf(exchange)) {
    length += bytes.byteLength
    if (length > limit) throw tooLarge()
    parts.push(bytes)
  }
  return Buffer.concat(parts, length)
}
