// An EC2 instance of the simulated engine: an agent with the size of the instance's type, and no network.
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { digest } from "../names.ts"
import type { HostContext } from "./host.ts"
import type { InstanceHost, InstanceMachineWish } from "./instance-host.ts"
import { keepAgent } from "./kept-agent.ts"

/** Starts the agent of a simulated instance. */
export const startSimulatedInstance = (cx: HostContext, wish: InstanceMachineWish): InstanceHost => {
  const folder = join(cx.dataFolder, `agent-${digest(wish.id, 10)}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const close = keepAgent(cx, wish, cx.agentCommand(wish, { kind: "simulated", folder }))
  return {
    rejoin: async () => {},
    close,
    stop: close,
    async remove() {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
