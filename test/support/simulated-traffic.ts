// Simulated proxies for scenarios: the real channel with proxies in this process (src/fleet/proxy-channel/simulated says what
// they do). Health comes back as records while the scenario's clock advances.

import {
  type Finding,
  type ProxyChannelOptions,
  startProxyChannel,
  startSimulatedProxies,
} from "../../src/fleet/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import type { State } from "../../src/state/index.ts"
import type { TestClock } from "./test-clock.ts"

/** Starts them over records in memory; `script` decides what checks find, by `<target group ARN> <target id>:<port>`. */
export const simulatedTraffic = (
  world: { readonly state: State; readonly clock: TestClock },
  options: Partial<ProxyChannelOptions> & { readonly script?: Map<string, Finding> } = {},
) => {
  const { script = new Map<string, Finding>(), ...more } = options
  const channel = startProxyChannel({
    ...world,
    log: silentLog,
    epoch: "test",
    openKey: () => undefined,
    wallTime: (cloud) => cloud,
    ...more,
  })
  const stop = startSimulatedProxies({ ...world, channel, script })
  return {
    channel,
    script,
    stop: () => {
      stop()
      channel.stop()
    },
  }
}
