// A host without an engine: an agent with the simulated driver. Networks have nothing to be made of; what such a task
// reports says SIMULATED.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { MachineWish } from "../../protocol/index.ts"
import { digest } from "../names.ts"
import { type Host, type HostContext, type HostEvents, startAgent } from "./host.ts"

/** Starts the agent of a simulated host. */
export const startSimulatedHost = (cx: HostContext, wish: MachineWish, events: HostEvents): Host => {
  const folder = join(cx.dataFolder, `agent-${digest(wish.id, 10)}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const agent = startAgent(cx, wish, cx.agentCommand(wish, { kind: "simulated", folder }), events)
  const keys = new Set<string>()
  return {
    networks: {
      refuseLink: async () => {},
      ensureLink: async () => {},
      ensureVpc: async ({ key }) => void keys.add(key),
      removeVpc: async (key) => void keys.delete(key),
      vpcKeys: async () => [...keys],
    },
    gateways: { open: async () => {}, shut: async () => {}, setNames: () => {}, close: async () => {} },
    reachesApisByItself: true,
    close: () => agent.close(),
    remove: () => agent.close(),
  }
}
