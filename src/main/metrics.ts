// What GET /_roadstead/metrics says, in Prometheus' form: counts of this process, tasks by status, work of the controllers.
import { collectDefaultMetrics, Gauge, Registry } from "prom-client"
import type { Runner } from "../controllers/index.ts"
import type { Fleet } from "../fleet/index.ts"
import { type MetricPoints, type State, taskStatuses } from "../state/index.ts"

/** What is counted. */
export interface CountedParts {
  readonly state: State
  readonly runner: Runner
  readonly fleet: Fleet
  readonly proxies: { readonly connected: number }
  readonly points: Pick<MetricPoints, "counts">
}

/** Builds the registry; values are read when it is asked. */
export const metricsRegistry = ({ state, runner, fleet, proxies, points }: CountedParts): Registry => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        collect(this)
      },
    })
  gauge("roadstead_tasks", "Tasks by last status.", ["status"], (g) => {
    const counts = new Map<string, number>(taskStatuses.map((status) => [status, 0]))
    state.view((view) => {
      for (const task of view.tasks.all()) counts.set(task.lastStatus, (counts.get(task.lastStatus) ?? 0) + 1)
    })
    for (const [status, count] of counts) g.set({ status }, count)
  })
  gauge("roadstead_agents_connected", "Agents with a command session.", [], (g) => g.set(fleet.connected))
  gauge("roadstead_proxies_connected", "Proxies of load balancers that are there.", [], (g) => g.set(proxies.connected))
  gauge("roadstead_metric_points", "Metric points since the start, by what became of them.", ["outcome"], (g) => {
    for (const [outcome, count] of Object.entries(points.counts())) g.set({ outcome }, count)
  })
  gauge("roadstead_commits", "Position of the newest transaction.", [], (g) => g.set(state.position))
  gauge("roadstead_controller_keys_waiting", "Keys that wait for a look.", [], (g) => g.set(runner.waiting()))
  gauge("roadstead_controller_looks", "Looks at a key since the start.", ["controller"], (g) => {
    for (const [controller, { looks }] of runner.counts()) g.set({ controller }, looks)
  })
  gauge("roadstead_controller_errors", "Looks that failed since the start.", ["controller"], (g) => {
    for (const [controller, { errors }] of runner.counts()) g.set({ controller }, errors)
  })
  return registry
}
