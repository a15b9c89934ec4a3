// A wire server in this process whose dispatch is a function of the test: what a client sends is seen as the handlers would see
// it, and what the test answers is seen as a client sees it.
import assert from "node:assert/strict"
import { type Log, silentLog } from "../../src/kernel/index.ts"
import {
  createWireServer,
  type DispatchPort,
  type KnownKey,
  type WireRequest,
  type WireServerOptions,
} from "../../src/wire/index.ts"
import { realClock } from "./real-clock.ts"
import { testIds } from "./test-ids.ts"

export interface TestWire {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string
  readonly port: number
  /** What was dispatched, in order. */
  readonly seen: WireRequest[]
  /** The last of them; fails the test when there was none. */
  readonly last: () => WireRequest
  /** Its input, as the test knows it to be. */
  readonly lastInput: <T = object>() => T
  /** Answers the next requests. */
  answer: (dispatch: (request: WireRequest) => object | Promise<object>) => void
  readonly close: () => Promise<void>
}

/** Starts one on a free port. `keys` are those that Roadstead minted, by access key id. */
export const startTestWire = async (
  options: Partial<Omit<WireServerOptions, "ports">> & {
    readonly keys?: Readonly<Record<string, KnownKey>>
    readonly log?: Log
    readonly vpc?: boolean
    readonly now?: () => number
  } = {},
): Promise<TestWire> => {
  const { keys = {}, log = silentLog, vpc = false, now, ...rest } = options
  const seen: WireRequest[] = []
  const last = () => {
    const request = seen.at(-1)
    assert.ok(request, "something was dispatched")
    return request
  }
  let current: (request: WireRequest) => object | Promise<object> = () => ({})
  const dispatch: DispatchPort = async (request) => {
    seen.push(request)
    return current(request)
  }
  const server = createWireServer({
    auth: "relaxed",
    defaultAccount: "000000000000",
    defaultRegion: "us-east-1",
    ...rest,
    ports: {
      dispatch,
      findKey: (id) => (Object.hasOwn(keys, id) ? keys[id] : undefined),
      // The clients of these tests sign with the machine's own time.
      clock: now ? { ...realClock, now } : realClock,
      ids: testIds(),
      log,
    },
  })
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 }, { vpc })
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    seen,
    last,
    lastInput: <T>() => last().input as T,
    answer: (dispatch_) => {
      current = dispatch_
    },
    close: () => server.close(),
  }
}

/** What an SDK client is built with to talk to it as the root of account 123456789012. */
export const sdkConfig = (wire: TestWire) => ({
  endpoint: wire.endpoint,
  region: "eu-central-1",
  credentials: { accessKeyId: "123456789012", secretAccessKey: "any" },
  maxAttempts: 1,
})

/** A key of a role's session, as Roadstead mints them. */
export const mintedKey: KnownKey = {
  secret: "minted-secret",
  sessionToken: "minted-token",
  caller: { account: "111122223333", arn: "arn:aws:sts::111122223333:assumed-role/r/s", kind: "role" },
}
