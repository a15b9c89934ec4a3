// The host whose agent runs inside a helper container, in the engine's own network: for a user who is not root, and for
// an engine that is in a machine of its own. Networks and tasks are those of shared-host.ts.
import type { Docker } from "../../docker/index.ts"
import type { MachineWish } from "../../protocol/index.ts"
import { emptyEngine } from "../engine-objects.ts"
import { type HelperProgram, inHelper } from "../helper/container.ts"
import { startHelper } from "../helper/helper.ts"
import { sweepCgroup } from "../helper/sweep.ts"
import { ensureImages } from "../images/index.ts"
import { ownerCgroup } from "../names.ts"
import { networksOf } from "../networks/networks.ts"
import type { Host, HostContext, HostEvents } from "./host.ts"

/** Of a command for a process of this machine only what carries its configuration goes into the container. */
const configurationOf = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("ROADSTEAD_") && value !== undefined ? [[name, value]] : [],
    ),
  )

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
  const helper = await startHelper({ ...cx, docker, program, events })
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
    cx.proxies?.stand(wish.id)
    const where = helper.isHere() ? "this machine's network" : "a network apart from this machine's"
    cx.log.info(`the agent runs in a helper container on the engine, in ${where}`, { machine: wish.id })
    return {
      networks,
      gateways: { ...helper.gateways, close: async () => {} },
      reachesApisByItself: true,
      close: helper.close,
      async remove() {
        await helper.close()
        await emptyEngine(docker, cx.owner, cx.clock)
        await sweepCgroup(docker, { owner: cx.owner, program: program() })
      },
    }
  } catch (error) {
    await helper.close()
    throw error
  }
}
