// A control plane as agents of hosts elsewhere meet it: real handlers, gate, controllers, fleet and wire with `--auth
// strict`, over records in memory and on virtual time. Its clients sign with that time too.
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { type CredentialsOf, channelPaths, startFleet } from "../../src/fleet/index.ts"
import { type BulkStores, type Caller, createGate, type Input, type Output } from "../../src/gate/index.ts"
import { delay, silentLog } from "../../src/kernel/index.ts"
import type { Operations } from "../../src/model/operations.ts"
import { ecsService } from "../../src/services/ecs/index.ts"
import { memoryStore } from "../../src/state/index.ts"
import { createWireServer } from "../../src/wire/index.ts"
import { root, scope } from "./ecs-harness.ts"
import { realClock } from "./real-clock.ts"
import { TestClock } from "./test-clock.ts"
import { testIds } from "./test-ids.ts"

type Ecs = Operations["ecs"]

/** The key of the account's root. */
export const key = { accessKeyId: "AKIAROOT", secretAccessKey: "secret" }
/** The key of another account's root. */
export const strangersKey = { accessKeyId: "AKIASTRANGER", secretAccessKey: "other" }
const stranger: Caller = { account: "999999999999", arn: "arn:aws:iam::999999999999:root", kind: "root" }

export const agentWorld = async (credentials?: CredentialsOf) => {
  const state = memoryStore()
  const clock = new TestClock()
  const ids = testIds()
  const address = ({ host }: Caller) => `http://${host}`
  const ecs = ecsService({
    pollEndpoint: (caller) => ({
      endpoint: `${address(caller)}${channelPaths.acs}`,
      telemetryEndpoint: `${address(caller)}${channelPaths.tcs}`,
    }),
  })
  const gate = createGate({ state, bulk: {} as BulkStores, services: [ecs], clock, ids, log: silentLog })
  const runner = startControllers({ state, gate, clock, log: silentLog, controllers: controllers(scope) })
  const fleet = startFleet({
    ...{ state, clock, ids, log: silentLog, apiPort: () => 4566, reachedAt: address },
    ...(credentials && { credentials }),
  })
  const keys = [
    { ...key, caller: root },
    { ...strangersKey, caller: stranger },
  ]
  const server = createWireServer({
    ports: {
      dispatch: gate.dispatch,
      findKey: (id) => {
        const found = keys.find(({ accessKeyId }) => accessKeyId === id)
        return found && { secret: found.secretAccessKey, caller: found.caller }
      },
      ...{ clock, ids, log: silentLog },
    },
    auth: "strict",
    defaultAccount: scope.account,
    defaultRegion: scope.region,
    onUpgrade: (request, socket, head, { caller }) => fleet.upgrade(request, socket, head, caller),
  })
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 })
  const call = async <O extends keyof Ecs & string>(
    operation: O,
    input: Input<"ecs", O>,
  ): Promise<Output<"ecs", O>> => {
    const answer = await gate.invoke("ecs", operation, input, scope, root)
    await clock.advance(0)
    return answer
  }
  return {
    state,
    clock,
    endpoint: `http://127.0.0.1:${port}`,
    call,
    /** The task as DescribeTasks shows it. */
    describe: async (arn: string) => (await call("DescribeTasks", { tasks: [arn] })).tasks?.[0],
    /** Lets what goes over real sockets arrive until `holds`. */
    until: async (holds: () => Promise<boolean> | boolean): Promise<void> => {
      const over = realClock.now() + 60_000
      for (;;) {
        await clock.advance(0)
        if (await holds()) return
        if (realClock.now() > over) throw new Error("it did not come about")
        await delay(realClock, 5)
      }
    },
    close: async () => {
      runner.stop()
      fleet.close()
      await server.close()
    },
  }
}
