// Bugs to plant: what the simulation must find. Each changes what our code does from outside, through the seams that the
// control plane is built with.
import type { Controller } from "../../src/controllers/index.ts"
import type { Cx } from "../../src/gate/index.ts"
import type { ContainerInstanceRow, ServiceRow, TaskRow } from "../../src/state/index.ts"
import type { Planted } from "./world.ts"

type ControllerCx = Parameters<Controller["reconcile"]>[0]

const changed = (name: string, change: (cx: ControllerCx) => ControllerCx): Planted => ({
  controllers: (ours) =>
    ours.map((controller) =>
      controller.name === name
        ? { ...controller, reconcile: (cx, key) => controller.reconcile(change(cx), key) }
        : controller,
    ),
})

/** The service controller with a part of what it sees of a service changed. */
const seeing = (service: (row: ServiceRow) => ServiceRow): Planted =>
  changed("service", (cx) => ({
    ...cx,
    view: (read) => {
      const seen = cx.view(read)
      const row = (seen as { service?: ServiceRow } | undefined)?.service
      return row ? { ...seen, service: service(row) } : seen
    },
  }))

/** A controller whose transactions do something else. */
const committing = (name: string, change: (cx: Cx) => Cx): Planted =>
  changed(name, (cx) => ({
    ...cx,
    commit: (scope, caller, write) => cx.commit(scope, caller, (inner) => write(change(inner))),
  }))

/** An object with some members replaced; the others are called on the object itself, as classes with privates need. */
const other = <T extends object>(target: T, members: Partial<Record<string, unknown>>): T =>
  new Proxy(target, {
    get: (_, name) => {
      if (typeof name === "string" && name in members) return members[name]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === "function" ? value.bind(target) : value
    },
  })

/** The table of tasks with another `patch`. */
const patching = (cx: Cx, patch: (before: TaskRow | undefined, change: Partial<TaskRow>) => Partial<TaskRow>): Cx => {
  const { tasks } = cx.tx
  const patched = (arn: string, change: Partial<TaskRow>) => tasks.patch(arn, patch(tasks.get(arn), change))
  return { ...cx, tx: other(cx.tx, { tasks: other(tasks, { patch: patched }) }) }
}

/** Placement that sees instances other than they are. */
const placing = (instance: (row: ContainerInstanceRow) => ContainerInstanceRow): Planted =>
  committing("service", (cx) => {
    const { containerInstances } = cx.tx
    const by: typeof containerInstances.by = (index, key) => containerInstances.by(index, key).map(instance)
    return { ...cx, tx: other(cx.tx, { containerInstances: other(containerInstances, { by }) }) }
  })

const percent = (row: ServiceRow, change: Partial<ServiceRow["deploymentConfiguration"]>): ServiceRow => ({
  ...row,
  deploymentConfiguration: { ...row.deploymentConfiguration, ...change },
})

/** Bugs with the invariants that one of them must violate. */
export const bugs: readonly { readonly bug: string; readonly planted: Planted; readonly violates: RegExp }[] = [
  {
    bug: "a scheduler that ignores maximumPercent",
    planted: seeing((row) => percent(row, { maximumPercent: 400 })),
    violates: /maximumPercent/,
  },
  {
    bug: "a scheduler that ignores minimumHealthyPercent",
    planted: seeing((row) => percent(row, { minimumHealthyPercent: 0 })),
    violates: /minimumHealthyPercent/,
  },
  {
    bug: "a scheduler that starts one task too many",
    planted: seeing((row) =>
      row.schedulingStrategy === "REPLICA" ? { ...row, desiredCount: row.desiredCount + 1 } : row,
    ),
    violates: /comes to rest|maximumPercent|COMPLETED/,
  },
  {
    bug: "a scheduler whose stops are dropped",
    planted: committing("service", (cx) => ({
      ...cx,
      call: ((service: "ecs", operation: "StopTask", ...rest: [never, never]) =>
        operation === "StopTask" ? {} : cx.call(service, operation, ...rest)) as Cx["call"],
    })),
    violates: /comes to rest|spins/,
  },
  {
    bug: "placement that takes instances for larger than they are",
    planted: placing((row) => ({
      ...row,
      registeredResources: row.registeredResources.map((one) => ({ ...one, integerValue: 1 << 20 })),
    })),
    violates: /over-committed/,
  },
  {
    bug: "placement on instances whose agent is away",
    planted: placing((row) => ({ ...row, session: { ...row.session, connected: true } })),
    violates: /agent is away/,
  },
  {
    bug: "a daemon that takes every instance twice",
    planted: changed("service", (cx) => ({
      ...cx,
      view: (read) => {
        const seen = cx.view(read)
        const { eligible } = seen as { eligible?: readonly string[] }
        return eligible ? { ...seen, eligible: [...eligible, ...eligible] } : seen
      },
    })),
    violates: /daemon/,
  },
  {
    bug: "a task that is STOPPED without its reason",
    planted: committing("task", (cx) => patching(cx, (_, { stoppedReason: _reason, ...change }) => change)),
    violates: /code and a reason/,
  },
  {
    bug: "a task whose stop is forgotten",
    planted: committing("task", (cx) =>
      patching(cx, (before, change) =>
        change.lastStatus === "STOPPING" && before ? { ...change, desiredStatus: "RUNNING" } : change,
      ),
    ),
    violates: /desiredStatus never|was to stop/,
  },
  {
    bug: "a task that goes back a phase",
    planted: committing("service", (cx) =>
      patching(cx, (_, change) => (change.counted ? { ...change, lastStatus: "STOPPING" } : change)),
    ),
    violates: /lastStatus never/,
  },
  {
    bug: "a controller that looks again at once, for ever",
    planted: {
      controllers: (ours) =>
        ours.map((controller) =>
          controller.name === "cluster"
            ? { ...controller, keys: () => ["x"], reconcile: ({ now }) => ({ again: now + 1 }) }
            : controller,
        ),
    },
    violates: /spins/,
  },
  {
    bug: "a controller that throws",
    planted: changed("service", (cx) => ({
      ...cx,
      commit: () => {
        throw new Error("planted")
      },
    })),
    violates: /error is logged|look fails/,
  },
  {
    bug: "a journal that answers for what it does not keep",
    planted: { lyingJournal: true },
    violates: /on disk/,
  },
]
