// The host that shares the machine's engine: the link network and the VPCs on that engine, the agent in our own network
// namespace. There is at most one per engine, because there is one address for metadata on it.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Docker } from "../../docker/index.ts"
import type { MachineWish } from "../../protocol/index.ts"
import { removeCgroup } from "../cgroups.ts"
import { emptyEngine } from "../engine-objects.ts"
import { ensureImages } from "../images/index.ts"
import { ownerCgroup } from "../names.ts"
import { setBridgeAddresses } from "../networks/bridge-addresses.ts"
import { networksOf } from "../networks/networks.ts"
import { takenByMachine } from "../networks/taken.ts"
import { localGateways } from "./gateways.ts"
import { type Host, type HostContext, type HostEvents, startAgent } from "./host.ts"

/** Makes the host; the agent comes up behind it. Throws OverlapError when the link network's addresses are taken. */
export const startSharedHost = async (
  cx: HostContext,
  docker: Docker,
  wish: MachineWish,
  events: HostEvents,
): Promise<Host> => {
  const networks = networksOf(docker, cx.owner, takenByMachine)
  await networks.ensureLink()
  await ensureImages(docker)
  const folder = join(cx.dataFolder, "agent")
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const cgroup = `${ownerCgroup(cx.owner)}/shared`
  const command = cx.agentCommand(wish, { kind: "shared", dockerSocket: docker.socketPath, cgroup, folder })
  const agent = startAgent(cx, wish, command, events)
  const gateways = localGateways({ upstream: cx.upstream, clock: cx.clock, log: cx.log })
  cx.proxies?.stand(wish.id)
  const close = async () => {
    await agent.close()
    await gateways.close()
  }
  return {
    networks,
    gateways,
    setAddresses: (device, addresses) => setBridgeAddresses(undefined, device, addresses),
    reachesApisByItself: false,
    close,
    async remove() {
      await close()
      await emptyEngine(docker, cx.owner, cx.clock)
      await removeCgroup(cgroup, cx.clock)
    },
  }
}
