// Services behind a real wire server on a free port, with records in memory, and the clients that talk to it: the
// AWS SDK by its configuration, the AWS CLI as a process. For the contract tests of services without effects.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Caller, createGate, type Gate, type ServiceTable } from "../../src/gate/index.ts"
import { type Log, silentLog } from "../../src/kernel/index.ts"
import { keyFinder } from "../../src/main/keys.ts"
import { createRegistry } from "../../src/registry/index.ts"
import { ecrBodyLimits } from "../../src/services/ecr/index.ts"
import { memoryBulkStore, memoryStore, openBlobStore, type State } from "../../src/state/index.ts"
import { createWireServer, type WireRequest } from "../../src/wire/index.ts"
import { realClock } from "./real-clock.ts"
import { testIds } from "./test-ids.ts"

/** The account whose root the clients of these tests are: a key that is twelve digits is its account. */
export const account = "123456789012"
export const region = "us-east-1"
const credentials = { accessKeyId: account, secretAccessKey: "secret" }

export interface AwsEndpoint {
  readonly state: State
  /** Where the layers of images are. */
  readonly layersFolder: string
  /** For tests that start controllers on it. */
  readonly gate: Gate
  /** For `new XClient(sdk)`. */
  readonly sdk: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: typeof credentials
    readonly maxAttempts: number
  }
  /** Starts `aws <args>`; the caller ends it. */
  startCli(...args: readonly string[]): ChildProcessWithoutNullStreams
  /** Runs `aws <args> --output json` to its end. */
  cli(
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly json: unknown; readonly stderr: string }>
  close(): Promise<void>
}

/** An access key that the endpoint knows beside those in the records; a stranger acts as the root of its account. */
export interface MintedKey {
  readonly accessKeyId: string
  readonly secret: string
  readonly caller: Caller
}

/** What a test may want to see of what happens inside. */
export interface Watching {
  readonly log?: Log
  readonly onDispatch?: (request: WireRequest) => void
}

/** Serves `services` on the loopback. Clients sign with the machine's time, so that is the clock. */
export const awsEndpoint = async (
  services: readonly ServiceTable[],
  minted?: MintedKey,
  { log = silentLog, onDispatch }: Watching = {},
): Promise<AwsEndpoint> => {
  const state = memoryStore()
  const ids = testIds()
  const findKey = keyFinder(state)
  const folder = mkdtempSync(join(tmpdir(), "roadstead-layers-"))
  const layers = openBlobStore({ folder })
  const gate = createGate({
    state,
    bulk: { logEvents: memoryBulkStore(), layers },
    services,
    clock: realClock,
    ids,
    log,
  })
  const server = createWireServer({
    bodyLimits: ecrBodyLimits,
    other: createRegistry({ gate, state, layers, clock: realClock, log: silentLog }),
    ports: {
      dispatch: (request) => {
        onDispatch?.(request)
        return gate.dispatch(request)
      },
      findKey: (id, token) => (id === minted?.accessKeyId ? minted : findKey(id, token)),
      clock: realClock,
      ids,
      log,
    },
    auth: "relaxed",
    defaultAccount: "000000000000",
    defaultRegion: region,
  })
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 })
  const endpoint = `http://127.0.0.1:${port}`

  const startCli: AwsEndpoint["startCli"] = (...args) =>
    spawn("/usr/bin/aws", ["--endpoint-url", endpoint, ...args], {
      env: {
        PATH: "/usr/bin:/bin",
        HOME: "/nonexistent",
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_DEFAULT_REGION: region,
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_PAGER: "",
        PYTHONUNBUFFERED: "1",
      },
    })

  return {
    state,
    layersFolder: folder,
    gate,
    sdk: { endpoint, region, credentials, maxAttempts: 1 },
    startCli,
    cli: (...args) => {
      const child = startCli(...args, "--output", "json")
      const text = { stdout: "", stderr: "" }
      child.stdout.on("data", (data) => {
        text.stdout += data
      })
      child.stderr.on("data", (data) => {
        text.stderr += data
      })
      return new Promise((resolve, reject) => {
        child.on("error", reject)
        child.on("close", (code) =>
          resolve({ code, json: text.stdout.trim() === "" ? undefined : JSON.parse(text.stdout), stderr: text.stderr }),
        )
      })
    },
    close: async () => {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
