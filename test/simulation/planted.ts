// Bugs to plant: what the simulation must find. Each changes what our code does from outside, through the seams that the
// control plane is built with.
import type { Controller } from "../../src/controllers/index.ts"
import type { Seen } from "../../src/controllers/service/seen.ts"
import type { Cx } from "../../src/gate/index.ts"
import type {
  ContainerInstanceRow,
  NetworkInterfaceRow,
  ServiceEventRow,
  ServiceRow,
  TaskRow,
  Tx,
} from "../../src/state/index.ts"
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

/** What the service controller sees, changed as a whole. */
const knowing = (change: (seen: Seen) => Seen): Planted =>
  changed("service", (cx) => ({
    ...cx,
    view: (read) => {
      const seen = cx.view(read)
      return isSeen(seen) ? (change(seen) as typeof seen) : seen
    },
  }))
const isSeen = (seen: unknown): seen is Seen => (seen as Partial<Seen> | undefined)?.live !== undefined
/** All that runs or is to run, as if it were healthy for long. */
const blooming = (seen: Seen): Seen => ({
  ...seen,
  live: seen.live.map((task) => ({ ...task, running: true, startedAt: 0, checked: false })),
})

/** Proxies have taken over whatever they were told, as far as shifts of traffic know. */
const carrying = (seen: Seen): Seen => {
  const routing = [...(seen.shift?.routing ?? [])].map(([id, one]) => [id, { ...one, carried: true }] as const)
  return seen.shift ? { ...seen, shift: { ...seen.shift, routing: new Map(routing) } } : seen
}
/** All tasks are healthy for whoever shifts traffic, whatever load balancers see of them. */
const unseen = (seen: Seen): Seen => {
  if (!seen.shift) return seen
  return { ...seen, live: blooming(seen).live.map(({ targets: _targets, ...task }) => task) }
}

/** The service controller with other events. */
const saying = (change: (row: ServiceEventRow) => ServiceEventRow): Planted =>
  committing("service", (cx) => {
    const { serviceEvents } = cx.tx
    const insert = (row: ServiceEventRow) => serviceEvents.insert(change(row))
    return { ...cx, tx: other(cx.tx, { serviceEvents: other(serviceEvents, { insert }) }) }
  })

/** The task controller with a table that does something else. */
const tabling = <N extends "sandboxes" | "networkInterfaces">(
  name: N,
  members: Partial<Record<keyof Tx[N], unknown>>,
) => committing("task", (cx) => ({ ...cx, tx: other(cx.tx, { [name]: other(cx.tx[name], members) }) }))

/** The task controller over subnets of three addresses and without sandboxes, so that two tasks are bound to meet. */
const inFewAddresses = (cx: Cx, members: Partial<Record<keyof Tx["networkInterfaces"], unknown>>): Cx => {
  const { networkInterfaces, sandboxes, subnets } = cx.tx
  const get = (key: string) => {
    const row = subnets.get(key)
    return row && { ...row, cidr: row.cidr.replace("/26", "/29") }
  }
  const tx = {
    networkInterfaces: other(networkInterfaces, members),
    sandboxes: other(sandboxes, { first: () => undefined }),
    subnets: other(subnets, { get }),
  }
  return { ...cx, tx: other(cx.tx, tx) }
}

/** The address that was given back last is the next to be handed out. */
let freed: string | undefined
const handingOn = ({ tx: { networkInterfaces, sandboxes } }: Cx) => ({
  sandboxes: other(sandboxes, { first: () => undefined }),
  networkInterfaces: other(networkInterfaces, {
    delete: (key: string) => {
      freed = networkInterfaces.get(key)?.privateIp
      networkInterfaces.delete(key)
    },
    insert: (row: NetworkInterfaceRow) => {
      const at = `${row.account}/${row.region}/${row.vpcId}/${freed}`
      const isFree = networkInterfaces.count("address", at) + sandboxes.count("address", at) === 0
      const privateIp = freed !== undefined && isFree ? freed : row.privateIp
      freed = undefined
      return networkInterfaces.insert({ ...row, privateIp })
    },
  }),
})

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
export const bugs: readonly {
  readonly bug: string
  readonly planted: Planted
  readonly violates: RegExp
  /** The first seed that is tried: stories in which the bug matters are rare. */
  readonly from?: number
}[] = [
  {
    bug: "blue tasks that are stopped before proxies have taken the new weights over",
    planted: knowing(carrying),
    violates: /no healthy task is taken away that traffic needs/,
  },
  {
    bug: "traffic for a revision that nobody found healthy",
    planted: knowing(unseen),
    violates: /traffic goes where healthy tasks are/,
  },
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
    violates: /comes to rest|spins|daemon|STEADY_STATE|steady|what events say/,
  },
  {
    bug: "placement that takes instances for larger than they are",
    planted: placing((row) => ({
      ...row,
      registeredResources: row.registeredResources.map((one) => ({ ...one, integerValue: 1 << 20 })),
    })),
    violates: /over-committed/,
    // Hosts are seldom full.
    from: 221,
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
    bug: "a service that says that it is steady when it begins",
    planted: saying((row) => ({
      ...row,
      message: row.message.replace(/has started.*/, "has reached a steady state."),
    })),
    violates: /a steady state is said/,
  },
  {
    bug: "a service whose events are told in another order",
    planted: saying((row) => ({ ...row, createdAt: row.createdAt - (row.number % 2) * 60_000 })),
    violates: /in order|newest first/,
  },
  {
    bug: "a service that says that it started one task more",
    planted: saying((row) => ({
      ...row,
      message: row.message.replace(/has started (\d+)/, (_, n) => `has started ${Number(n) + 1}`),
    })),
    violates: /what events say/,
  },
  {
    bug: "a service that speaks as the documentation prints it",
    planted: saying((row) => ({ ...row, message: row.message.replace(/^\(service (\S+)\)/, "service ($1)") })),
    violates: /ECS's words/,
  },
  {
    bug: "rebalancing that does not wait for the new tasks",
    planted: knowing((seen) => (seen.service.rebalancing?.state === "moving" ? blooming(seen) : seen)),
    violates: /rebalancing leaves/,
  },
  {
    bug: "rebalancing that ignores maximumPercent",
    planted: knowing((seen) =>
      seen.zones ? { ...seen, service: percent(seen.service, { maximumPercent: 1000 }) } : seen,
    ),
    violates: /maximumPercent/,
  },
  {
    bug: "rebalancing that stops half way",
    planted: knowing((seen) => ({ ...seen, ...(seen.zones && { zones: seen.zones.slice(1) }) })),
    violates: /comes to rest|what events say/,
  },
  {
    bug: "a task set with one task too many",
    planted: knowing(({ taskSets, ...seen }) => ({
      ...seen,
      ...(taskSets && {
        taskSets: taskSets.map((set) => ({ ...set, desired: set.desired + Number(set.desired > 0) })),
      }),
    })),
    violates: /STEADY_STATE|comes to rest/,
  },
  {
    bug: "a task set that is steady before its tasks are",
    planted: knowing((seen) => (seen.taskSets ? blooming(seen) : seen)),
    violates: /STEADY_STATE/,
  },
  {
    bug: "a sandbox that stays when a task has taken it",
    planted: tabling("sandboxes", { delete: () => {} }),
    violates: /one interface's/,
  },
  {
    bug: "an address that is given to two",
    planted: committing("task", (cx) => inFewAddresses(cx, { count: () => 0 })),
    violates: /one interface's/,
  },
  {
    bug: "an interface that is given back before the containers have ended",
    planted: committing("task", (cx) => {
      const { tasks } = cx.tx
      const over = (task: TaskRow | undefined) =>
        task?.observed.stopSentAt === undefined
          ? task
          : { ...task, observed: { ...task.observed, status: "STOPPED" as const } }
      const get = (arn: string) => over(tasks.get(arn))
      const patch = (arn: string, change: Partial<TaskRow>) => over(tasks.patch(arn, change))
      return { ...cx, tx: other(cx.tx, { tasks: other(tasks, { get, patch }), ...handingOn(cx) }) }
    }),
    violates: /at once/,
  },
  {
    bug: "an interface that is never given back",
    planted: tabling("networkInterfaces", { delete: () => {} }),
    violates: /gives its interface back/,
  },
  {
    bug: "an interface that is given back while its task stops",
    planted: committing("task", (cx) =>
      patching(cx, (before, change) => {
        const made = change.lastStatus === "DEACTIVATING" && cx.tx.networkInterfaces.first("task", before?.arn ?? "")
        if (made) cx.tx.networkInterfaces.delete(`${made.account}/${made.region}/${made.id}`)
        return change
      }),
    ),
    violates: /has the interface/,
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
    bug: "a task that is told to stop while its targets drain",
    planted: committing("task", (cx) => {
      const get = (key: string) => {
        const { draining: _draining, ...row } = cx.tx.targets.get(key) ?? {}
        return _draining ? undefined : Object.keys(row).length > 0 ? row : undefined
      }
      return { ...cx, tx: other(cx.tx, { targets: other(cx.tx.targets, { get }) }) }
    }),
    violates: /have drained/,
  },
  {
    bug: "a scheduler that does not ask load balancers how tasks are",
    planted: knowing((seen) => ({ ...seen, live: seen.live.map(({ targets: _targets, ...task }) => task) })),
    violates: /minimumHealthyPercent|COMPLETED|steady/,
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
