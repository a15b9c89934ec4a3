// The host whose agent runs inside a helper container, in the engine's own network: for a user who is not root, and for
// an engine that is in a machine of its own. Networks and tasks are those of shared-host.ts.
import type { Docker } from "../../docker/index.ts"
import { handoverSocket, type MachineWish } from "../../protocol/index.ts"
import { emptyEngine } from "../engine-objects.ts"
import { type HelperProgram, inHelper } from "../helper/container.ts"
import { type Helper, startHelper } from "../helper/helper.ts"
import { sweepCgroup } from "../helper/sweep.ts"
import { ensureImages } from "../images/index.ts"
import { ownerCgroup } from "../names.ts"
import { networksOf } from "../networks/networks.ts"
import { type Forwarder, forwardPath } from "../relay/forwarder.ts"
import type { Host, HostContext, HostEvents } from "./host.ts"
import type { Proxies } from "./proxies.ts"

/** Of a command for a process of this machine only what carries its configuration goes into the container. */
const configurationOf = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("ROADSTEAD_") && value !== undefined ? [[name, value]] : [],
    ),
  )

/**
 * Starts the proxy in the helper, where the addresses of its load balancers are, and forwards what is handed over to it. When
 * that is not this machine's own network, a proxy here opens the doors on our loopback.
 */
const startProxy = async (cx: HostContext, proxies: Proxies, machineId: string, helper: Helper): Promise<Forwarder> => {
  const known = handoverSocket(cx.runFolder, machineId)
  const forwarder = await forwardPath(known, helper.connectToProxy)
  const isHere = helper.isHere()
  if (!isHere) proxies.openDoors()
  const folder = inHelper.proxyFolder
  const environment = proxies.contained({ machineId, hasLoopback: isHere, runFolder: folder, handover: known })
  helper.runProxy({
    environment: configurationOf(environment),
    folder,
    handover: handoverSocket(folder, machineId),
  })
  return forwarder
}

/** Makes the host; the agent comes up behind it. Throws OverlapError when the link network's addresses are taken. */
export const startContainedHost = async (
  cx: HostContext,
  { docker, program }: { docker: Docker; program: () => HelperProgram },
  wish: MachineWish,
  events: HostEvents,
): Promise<Host> => {
  // Beside another Roadstead there is no place here; nothing is made to find that out.
  await networksOf(docker, cx.owner, () => []).refuseLink()
  cx.record.put({ kind: "helper", name: docker.socketPath })
  const helper = await startHelper({ ...cx, docker, program, events: { ...events, proxyUp: () => cx.proxies?.up() } })
  try {
    const networks = networksOf(docker, cx.owner, helper.taken)
    await networks.ensureLink()
    await ensureImages(docker)
    const cgroup = `${ownerCgroup(cx.owner)}/shared`
    const command = cx.agentCommand(wish, {
      kind: "contained",
      dockerSocket: inHelper.dockerSocket,
      cgroup,
      folder: inHelper.folder,
    })
    helper.runAgent(configurationOf(command.env))
    const handovers = cx.proxies && (await startProxy(cx, cx.proxies, wish.id, helper))
    const close = async () => {
      await handovers?.close()
      await helper.close()
    }
    const where = helper.isHere() ? "this machine's network" : "a network apart from this machine's"
    cx.log.info(`the agent runs in a helper container on the engine, in ${where}`, { machine: wish.id })
    return {
      networks,
      gateways: { ...helper.gateways, close: async () => {} },
      setAddresses: helper.setAddresses,
      reachesApisByItself: true,
      close,
      async remove() {
        await close()
        await emptyEngine(docker, cx.owner, cx.clock)
        await sweepCgroup(docker, { owner: cx.owner, program: program() })
      },
    }
  } catch (error) {
    await helper.close()
    throw error
  }
}
