// An EC2 instance of the simulated engine: an agent with the size of the instance's type, and no network.
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { MachineWish } from "../../protocol/index.ts"
import { digest } from "../names.ts"
import type { Crowd } from "./crowd.ts"
import type { HostContext } from "./host.ts"
import type { InstanceHost, InstanceMachineWish } from "./instance-host.ts"

const folderOf = (cx: HostContext, machineId: string): string => join(cx.dataFolder, `agent-${digest(machineId, 10)}`)

/** Starts the agent of a simulated instance. */
export const startSimulatedInstance = (cx: HostContext, crowd: Crowd, wish: InstanceMachineWish): InstanceHost => {
  const folder = folderOf(cx, wish.id)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const join = (now: MachineWish) => crowd.join(now, { kind: "simulated", folder })
  join(wish)
  let told = wish.metadata
  const leave = () => crowd.leave(wish.id)
  return {
    rejoin: async () => {},
    inform: async (metadata) => {
      // Of all that is told, its agent uses the keys of the instance's role.
      if (JSON.stringify(metadata.profile) === JSON.stringify(told?.profile)) return
      told = metadata
      await leave()
      join({ ...wish, metadata })
    },
    close: leave,
    stop: leave,
    async remove() {
      await leave()
      removeSimulatedInstance(cx, wish.id)
    },
  }
}

/** Removes what an agent of an earlier run had on disk. */
export const removeSimulatedInstance = (cx: HostContext, machineId: string): void =>
  rmSync(folderOf(cx, machineId), { recursive: true, force: true })
