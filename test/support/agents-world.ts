// The whole of a cluster in one process on the virtual clock: a control plane over a disk in memory, and hosts with the
// real agent (session, channels, task engine) on simulated containers. Both can be killed and started again, and the
// network between them cut. For stories of single faults; many at once are the simulation's.
import assert from "node:assert/strict"
import { memoryCheckpoint } from "../../src/agent/checkpoint/index.ts"
import { newCredentialsStore } from "../../src/agent/credentials.ts"
import { isRunning } from "../../src/agent/driver/simulated/container.ts"
import {
  createSimulatedDriver,
  type SimulatedContainer,
  type WorldStore,
} from "../../src/agent/driver/simulated/index.ts"
import { createTaskEngine } from "../../src/agent/engine/index.ts"
import { createSession } from "../../src/agent/session/index.ts"
import type { AwsCall } from "../../src/agent/types.ts"
import { controllers } from "../../src/controllers/index.ts"
import type { Input, Output } from "../../src/gate/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import type { Operations } from "../../src/model/operations.ts"
import { memoryDisk, memoryJournal } from "../../src/state/index.ts"
import { type ControlPlane, startControlPlane } from "../simulation/control-plane.ts"
import { Link } from "../simulation/link.ts"
import { root, scope } from "./ecs-harness.ts"
import { TestClock } from "./test-clock.ts"
import { testIds } from "./test-ids.ts"

type Ecs = Operations["ecs"]

/** A container host. */
export interface AgentHost {
  /** Known when it is registered. */
  readonly arn: string
  /** Frames that the agent sent, and that came to it, in order. */
  readonly said: readonly { readonly type: string; readonly message: Readonly<Record<string, unknown>> }[]
  readonly heard: readonly { readonly type: string; readonly message: Readonly<Record<string, unknown>> }[]
  /** Names of the users' containers that run on its engine now, by their tasks. */
  running(): readonly string[]
  /** The agent's process ends; its containers stay. */
  kill(): Promise<void>
  start(): Promise<void>
  /** No frame and no call gets through; nobody is told. */
  cut(): void
  mend(): void
}

const memoryWorld = (containers: Map<string, SimulatedContainer>): WorldStore => {
  const images = new Set<string>()
  return {
    load: () => ({ images: [...images], containers: [...containers.values()] }),
    image: (reference) => void images.add(reference),
    put: (container) => void containers.set(container.id, container),
    remove: (id) => void containers.delete(id),
    close: () => {},
  }
}

/** See the head of the file. */
export const agentsWorld = async () => {
  const clock = new TestClock()
  const ids = testIds()
  const disk = memoryDisk()
  let plane: ControlPlane | undefined
  const boot = async () => {
    plane = await startControlPlane(
      {
        journal: memoryJournal(disk),
        clock,
        ids,
        log: silentLog,
        controllers: controllers(scope),
        onFailure: () => {},
      },
      () => {},
    )
    await clock.settle()
  }
  await boot()
  const here = (): ControlPlane => plane ?? assert.fail("the control plane is not there")

  const call = async <O extends keyof Ecs & string>(
    operation: O,
    input: Input<"ecs", O>,
  ): Promise<Output<"ecs", O>> => {
    const answer = await here().gate.invoke("ecs", operation, input, scope, root)
    await clock.settle()
    return answer
  }

  const host = async (): Promise<AgentHost> => {
    const containers = new Map<string, SimulatedContainer>()
    const store = memoryWorld(containers)
    const checkpoint = memoryCheckpoint("default")
    const links = new Set<Link>()
    const said: { type: string; message: Record<string, unknown> }[] = []
    const heard: typeof said = []
    const note = (list: typeof said, text: string) => {
      const body = text.slice(text.indexOf("{"))
      list.push(JSON.parse(body) as (typeof said)[number])
    }
    let isCut = false
    const ecs = (async (operation: keyof Ecs & string, input: never) => {
      if (isCut || !plane) throw new Error("the control plane cannot be reached")
      return plane.gate.invoke("ecs", operation, input, scope, root)
    }) as AwsCall<"ecs">
    const start = async () => {
      const driver = createSimulatedDriver({ clock, ids, store, images: ["pause"] })
      const credentials = newCredentialsStore()
      const engine = createTaskEngine({
        ...{ driver, checkpoint, clock, ids, log: silentLog, credentials },
        options: { owner: "o", host: "h", pauseImage: "pause", region: "us-east-1" },
      })
      await engine.start()
      const session = createSession({
        ...{ cluster: "default", ecs, engine, credentials, checkpoint, clock, ids, log: silentLog },
        signer: { upgrade: () => ({}), frame: (_url, body) => body },
        open: (url, _headers, events) => {
          const { pathname, search } = new URL(url)
          const link = new Link({
            clock,
            latency: () => 0,
            onFrame: (text) => {
              note(heard, text)
              events.message(text)
            },
            onClose: () => events.close(1006, ""),
          })
          clock.at(clock.now(), () => {
            if (isCut || !plane) return events.error(new Error("unreachable"))
            const refusal = plane.fleet.attach(link.socket, `${pathname}${search}`, root)
            if (refusal) {
              const { status, type, message } = refusal
              return events.refused(status, JSON.stringify({ type, message: { message } }))
            }
            links.add(link)
            events.open()
          })
          return {
            send: (text) => {
              note(said, text)
              link.say(text)
            },
            close: () => link.leave(),
          }
        },
        host: {
          agentVersion: "1.105.1",
          agentHash: "a8b3e7d3",
          engineVersion: "20.10.24",
          cpus: 2,
          memoryMiB: 2048,
          attributes: [{ name: "stack", value: "test" }],
        },
        logsDelivered: () => undefined,
        onConnected: () => {},
      })
      session.ready.catch(() => {})
      await clock.settle()
      return { driver, engine, session }
    }
    let now: Awaited<ReturnType<typeof start>> | undefined = await start()
    return {
      get arn() {
        return checkpoint.identity().containerInstanceArn ?? assert.fail("not registered")
      },
      said,
      heard,
      running: () =>
        [...containers.values()]
          .filter(isRunning)
          .flatMap(({ spec: { config } }) => {
            const labels = (config.Labels ?? {}) as Readonly<Record<string, string>>
            return labels["com.amazonaws.ecs.container-name"] ? [labels["com.amazonaws.ecs.task-arn"] ?? ""] : []
          })
          .toSorted(),
      kill: async () => {
        now?.session.close()
        await now?.engine.close()
        await now?.driver.close()
        now = undefined
        for (const link of links) link.leave()
        links.clear()
        await clock.settle()
      },
      start: async () => {
        now = await start()
        await clock.settle()
      },
      cut: () => {
        isCut = true
        for (const link of links) link.cut(24 * 60 * 60_000, 24 * 60 * 60_000)
        links.clear()
      },
      mend: () => {
        isCut = false
      },
    }
  }

  return {
    clock,
    call,
    host,
    get state() {
      return here().state
    },
    /** The control plane's process ends at once. */
    killControlPlane: async () => {
      here().kill()
      plane = undefined
      await clock.settle()
    },
    startControlPlane: boot,
  }
}
