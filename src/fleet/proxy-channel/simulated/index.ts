// The SIMULATED proxies of `--engine simulated` and of scenarios on the virtual clock: no process, no sockets, no traffic. For
// each machine that has a network one of them connects to the channel in this process and says what a real one would.
//
// - A configuration is applied at once, and all of its ways are open at once.
// - A target is checked when it is new (one success makes it healthy) and then each interval of its group, with the group's
//   thresholds, on the clock that is handed in. It is healthy when a container of ours RUNS at its address with that container
//   port, or on its instance with that host port, and does not report UNHEALTHY; else it does not answer (`Target.Timeout`).
// - A scenario may script what a check finds: `script.set("<target group ARN> <target id>:<port>", finding)`. It is seen at the
//   next check; to see it at once, set it before the target is registered, or let an interval pass.
//
// In a scenario: `const proxies = simulatedTraffic({ state, clock })` of test/support/simulated-traffic.ts, and `proxies.stop()`.
import type { Cancel, Clock } from "../../../kernel/index.ts"
import type { NetworkRow, State, View } from "../../../state/index.ts"
import type { ProxyChannel } from "../channel.ts"
import { type Finding, findingOf, timedOut } from "./answering.ts"
import { type Check, SimulatedProxy } from "./proxy.ts"

export type { Finding } from "./answering.ts"

export interface SimulatedProxiesOptions {
  readonly state: State
  /** Times the checks: the wall clock, as that of a real proxy. */
  readonly clock: Clock
  readonly channel: ProxyChannel
  /** What checks are to find of some targets, by `<pool> <target>`. */
  readonly script?: ReadonlyMap<string, Finding>
}

const machinesOf = (view: View): readonly string[] => [
  ...new Set([...view.networks.all()].filter((n) => n.desired === "up").map(({ machineId }) => machineId)),
]

/** See the head of the file. */
export const startSimulatedProxies = ({ state, clock, channel, script }: SimulatedProxiesOptions): Cancel => {
  const proxies = new Map<string, SimulatedProxy>()
  const find: Check = (pool, target, port) =>
    script?.get(`${pool} ${target.id}`) ??
    state.view((view) => {
      const row = view.targets.get(`${pool} ${target.id}`)
      return row ? findingOf(view, row, port) : timedOut
    })
  const start = (machineId: string) => {
    if (proxies.has(machineId)) return
    const proxy: SimulatedProxy = new SimulatedProxy({ clock, find, say: (message) => connection.heard(message) })
    const connection = channel.connect(proxy)
    proxies.set(machineId, proxy)
    connection.heard({ type: "hello", machineId })
  }
  const { seen, stop } = state.watch("durable", machinesOf, ({ changes }) => {
    for (const { table, after } of changes) {
      if (table === "networks" && (after as NetworkRow | undefined)?.desired === "up")
        start((after as NetworkRow).machineId)
    }
  })
  for (const machineId of seen) start(machineId)
  return () => {
    stop()
    for (const proxy of proxies.values()) proxy.close()
  }
}
