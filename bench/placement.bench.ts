// Bar 4: placement over 5,000 instances until 100,000 tasks are on them, for each strategy; then the same through
// services, whose tasks simulated agents start; and one instance dies. One core: everything here is one thread.
import { placeAll, type Strategy } from "../src/scheduler/index.ts"
import { startCluster } from "./support/instances.ts"
import { type Measure, report } from "./support/measure.ts"
import { hostsOf } from "./support/placement-hosts.ts"

const instances = 5000
const tasks = 100_000
const batch = 1000

const zone = { kind: "spread", over: { attribute: "ecs.availability-zone" } } as const
const chains: readonly (readonly [name: string, strategies: readonly Strategy[]])[] = [
  ["spread over zones and instances", []],
  ["binpack on memory", [{ kind: "binpack", of: "memory" }]],
  ["zones, then binpack on CPU", [zone, { kind: "binpack", of: "cpu" }]],
  ["a spread over 5,000 racks", [{ kind: "spread", over: { attribute: "rack" } }]],
  ["random", [{ kind: "random" }]],
]

/** Tasks a second of the processor's time, in all, in the first tenth, and in the last. */
const pure = (strategies: readonly Strategy[]) => {
  const cluster = hostsOf(instances)
  const seconds: number[] = []
  for (let placed = 0; placed < tasks; placed += batch) {
    const hosts = cluster.hosts()
    const began = process.cpuUsage().user
    const { hosts: taken } = placeAll(hosts, cluster.needs(strategies, placed), batch)
    seconds.push((process.cpuUsage().user - began) / 1e6)
    if (taken.length < batch) throw new Error(`${taken.length} of ${batch} tasks found a place`)
    cluster.put(taken)
  }
  const rate = (of: readonly number[]) => (of.length * batch) / of.reduce((sum, one) => sum + one, 0)
  const tenth = seconds.length / 10
  return { all: rate(seconds), first: rate(seconds.slice(0, tenth)), last: rate(seconds.slice(-tenth)) }
}

await report(async () => {
  const measures: Measure[] = []
  for (const [name, strategies] of chains) {
    const { all, first, last } = pure(strategies)
    measures.push(
      { name: `placement: ${name}`, value: all, unit: "tasks/s" },
      {
        name: `placement, the last tenth: ${name}`,
        value: last,
        unit: "tasks/s",
        floor: { name: "the first tenth", value: first },
      },
    )
  }
  return [...measures, ...(await throughServices())]
})

async function throughServices(): Promise<readonly Measure[]> {
  const cluster = await startCluster(instances)
  const perService = 5000
  const times: number[] = []
  for (let n = 0; n < tasks / perService; n += 1) {
    times.push(await cluster.processorTime(() => cluster.service(`service-${n}`, perService)))
    console.log(`${(n + 1) * perService} tasks: ${((1000 * (times.at(-1) ?? 0)) / perService).toFixed(2)} ms a task`)
  }
  const tenth = Math.ceil(times.length / 10)
  const each = (of: readonly number[]) => (1000 * of.reduce((sum, one) => sum + one, 0)) / (of.length * perService)
  const runTask = 200
  const called = await cluster.processorTime(() => cluster.runTasks(runTask, 10))
  const alone = await cluster.processorTime(() => cluster.runTasks(runTask, 1))
  const lost = await cluster.loseInstance()
  const scaleIn = await cluster.processorTime(() => cluster.scale("service-0", 0))
  await cluster.stop()
  return [
    { name: "processor time of a task that a service launches", value: each(times), unit: "ms" },
    {
      name: "processor time of a launched task, the last tenth",
      value: each(times.slice(-tenth)),
      unit: "ms",
      floor: { name: "the first tenth", value: each(times.slice(0, tenth)) },
    },
    {
      name: "processor time of a task that RunTask launches, ten a call",
      value: (1000 * called) / runTask,
      unit: "ms",
    },
    {
      name: "processor time of a task that RunTask launches, one a call",
      value: (1000 * alone) / runTask,
      unit: "ms",
    },
    {
      name: `processor time of a task that ends, ${perService} of a service at once`,
      value: (1000 * scaleIn) / perService,
      unit: "ms",
    },
    {
      name: "an instance dies with 100000 tasks in the cluster: its tasks are replaced",
      value: lost.elapsed,
      unit: "ms",
    },
  ]
}
