// A container host for tests of the task engine: simulated containers, virtual time, a checkpoint in memory. `restart`
// ends the engine as a crash would and starts another on the same containers and checkpoint.
import { memoryCheckpoint } from "../../src/agent/checkpoint/index.ts"
import { newCredentialsStore } from "../../src/agent/credentials.ts"
import {
  createSimulatedDriver,
  type SimulatedContainer,
  type WorldStore,
} from "../../src/agent/driver/simulated/index.ts"
import type { ContainerDriver } from "../../src/agent/driver.ts"
import { createTaskEngine, type TaskEngineParts } from "../../src/agent/engine/index.ts"
import type { Checkpoint, ContainerSnapshot, TaskChange, TaskEngine, TaskSnapshot } from "../../src/agent/types.ts"
import { silentLog } from "../../src/kernel/index.ts"
import type { AcsTask } from "../../src/protocol/index.ts"
import { TestClock } from "./test-clock.ts"
import { testIds } from "./test-ids.ts"

export interface SimulatedHost {
  readonly clock: TestClock
  readonly checkpoint: Checkpoint
  /** The driver of the engine that runs now; `calls` is what it was asked, in order. */
  readonly driver: ContainerDriver
  readonly calls: string[]
  readonly changes: TaskChange[]
  readonly engine: TaskEngine
  accept(...tasks: AcsTask[]): Promise<readonly string[]>
  task(task: AcsTask): TaskSnapshot
  container(task: AcsTask, name: string): ContainerSnapshot
  /** `away` happens between the end of the old engine and the start of the new one. */
  restart(away?: (driver: ContainerDriver) => Promise<void>): Promise<void>
}

type Options = Partial<Omit<TaskEngineParts, "options">> & {
  options?: Partial<TaskEngineParts["options"]>
  /** Stands between the engine and the simulated driver. */
  wrap?: (driver: ContainerDriver) => ContainerDriver
}

/** A host whose engine has started. */
export const simulatedHost = async ({
  options,
  wrap = (driver) => driver,
  ...parts
}: Options = {}): Promise<SimulatedHost> => {
  const clock = new TestClock()
  const ids = testIds()
  const checkpoint = memoryCheckpoint("default")
  const calls: string[] = []
  const changes: TaskChange[] = []
  const images = new Set<string>()
  const containers = new Map<string, SimulatedContainer>()
  const store: WorldStore = {
    load: () => ({ images: [...images], containers: [...containers.values()] }),
    image: (reference) => void images.add(reference),
    put: (container) => void containers.set(container.id, container),
    remove: (id) => void containers.delete(id),
    close: () => {},
  }
  const makeDriver = () => wrap(createSimulatedDriver({ clock, ids, store, images: ["pause"] }))
  const boot = async () => {
    const driver = recorded(makeDriver(), calls)
    const engine = createTaskEngine({
      driver,
      checkpoint,
      clock,
      ids,
      log: silentLog,
      credentials: newCredentialsStore(),
      ...parts,
      options: { owner: "o", host: "h", pauseImage: "pause", region: "us-east-1", ...options },
    })
    engine.onChange((change) => changes.push(change))
    await engine.start()
    await clock.settle()
    return { driver, engine }
  }
  let now = await boot()
  const task = (which: AcsTask): TaskSnapshot => {
    const found = now.engine.task(which.arn)
    if (!found) throw new Error(`The engine has no task ${which.arn}`)
    return found
  }
  return {
    clock,
    checkpoint,
    calls,
    changes,
    get driver() {
      return now.driver
    },
    get engine() {
      return now.engine
    },
    async accept(...tasks) {
      const { rejected } = await now.engine.accept(tasks)
      await clock.settle()
      return rejected
    },
    task,
    container(which, name) {
      const found = task(which).containers.find((one) => one.name === name)
      if (!found) throw new Error(`The task has no container ${name}`)
      return found
    },
    async restart(away = async () => {}) {
      await now.engine.close()
      await now.driver.close()
      const between = makeDriver()
      await away(between)
      await between.close()
      now = await boot()
    },
  }
}

const told = new Set([
  "pull",
  "create",
  "start",
  "stop",
  "kill",
  "remove",
  "connect",
  "isolate",
  "removeGroup",
  "removeVolume",
])

/** Notes calls as `create web`: by the container's name in its task where there is one. */
const recorded = (driver: ContainerDriver, calls: string[]): ContainerDriver => {
  const names = new Map<string, string>()
  return new Proxy(driver, {
    get(target, property, receiver) {
      const value = Reflect.get(target, property, receiver)
      if (typeof value !== "function" || !told.has(String(property))) return value
      return async (...words: unknown[]) => {
        const [first, second] = words
        const handle = property === "connect" || property === "isolate" ? idOf(second) : idOf(first)
        const spec = first as { config?: { Labels?: Record<string, string> } }
        const name = spec.config?.Labels?.["com.amazonaws.ecs.container-name"] ?? names.get(handle) ?? handle
        calls.push(`${String(property)} ${name}`)
        const result: unknown = await value.apply(target, words)
        if (property === "create") names.set(String(result), name)
        return result
      }
    },
  })
}

const idOf = (word: unknown): string =>
  typeof word === "object" && word !== null && "id" in word ? String(word.id) : String(word)
