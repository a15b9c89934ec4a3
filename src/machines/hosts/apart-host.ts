// A host in a network namespace of its own, for VPCs whose addresses are taken on this machine: its own engine, link
// network, relay and agent. Any CIDR works inside; from outside it is reached through load balancers.
import { mkdirSync } from "node:fs"
import { createDocker } from "../../docker/index.ts"
import type { MachineWish } from "../../protocol/index.ts"
import { startDaemon } from "../daemon/daemon.ts"
import { keepDaemon } from "../daemon/keep.ts"
import { removeDaemon } from "../daemon/remove.ts"
import { emptyEngine } from "../engine-objects.ts"
import { ensureImages } from "../images/index.ts"
import { apartNames } from "../names.ts"
import { inside, makeNamespace, removeNamespace } from "../namespaces.ts"
import { setBridgeAddresses } from "../networks/bridge-addresses.ts"
import { networksOf } from "../networks/networks.ts"
import { startRelay } from "../relay/relay-gateways.ts"
import type { Command } from "./child.ts"
import { type Host, type HostContext, type HostEvents, startAgent } from "./host.ts"

/** The command, started in a namespace. */
export const inNamespace = (namespace: string, { command, args, env }: Command): Command => {
  const [program, words] = inside(namespace, command, args)
  return { command: program, args: words, env }
}

/** Removes what a machine apart is made of, from the record alone. Does nothing for one that is not there. */
export const removeApart = async (cx: HostContext, machineId: string): Promise<void> => {
  const names = apartNames(cx, machineId)
  const daemon = cx.record.daemon(names.daemon)
  if (daemon) {
    await removeDaemon(cx, daemon, async (socket) => {
      const docker = createDocker({ socketPath: socket })
      await emptyEngine(docker, cx.owner, cx.clock).finally(() => docker.close())
    })
  }
  if (cx.record.things().some((thing) => thing.kind === "namespace" && thing.name === names.namespace)) {
    await removeNamespace(cx.record, names.namespace)
  }
}

/** Makes the host or finds it again; the agent comes up behind it. Needs root. */
export const startApartHost = async (cx: HostContext, wish: MachineWish, events: HostEvents): Promise<Host> => {
  const names = apartNames(cx, wish.id)
  const { namespace, cgroup, runFolder, dataFolder } = names
  const plan = { name: names.daemon, namespace, cgroup, runFolder, dataFolder }
  // First of all, because by its name the machine is found again after a kill.
  if (!cx.record.daemon(plan.name)) cx.record.put({ kind: "daemon", ...plan })
  await makeNamespace(cx.record, namespace)
  const { socket } = await startDaemon(cx, plan)

  // What has been started when a later step fails is ended again; the daemon stays and is found by the next attempt.
  await using started = new AsyncDisposableStack()
  started.defer(keepDaemon(cx, plan))
  const docker = createDocker({ socketPath: socket })
  started.defer(docker.close)
  // Nothing but our own networks is in the namespace.
  const networks = networksOf(docker, cx.owner, () => [])
  await networks.ensureLink()
  await ensureImages(docker)
  const gateways = await startRelay({
    command: inNamespace(namespace, cx.relayCommand()),
    apiPort: cx.apiPort,
    controlSocket: cx.controlSocket,
    upstream: cx.upstream,
    clock: cx.clock,
    log: cx.log,
    givenUp: events.failed,
  })
  started.defer(gateways.close)
  mkdirSync(names.agentFolder, { recursive: true, mode: 0o700 })
  const image = cx.docker && { imageSource: cx.docker.socketPath }
  const place = {
    kind: "apart",
    dockerSocket: socket,
    namespace,
    cgroup: `${cgroup}/ecs`,
    folder: names.agentFolder,
  } as const
  const command = cx.agentCommand(wish, { ...place, ...image })
  const env = { ...command.env, ...(image && { ROADSTEAD_IMAGE_SOURCE: image.imageSource }) }
  const agent = startAgent(cx, wish, inNamespace(namespace, { ...command, env }), events)
  started.defer(() => agent.close())
  const proxy = cx.proxies?.apart(wish.id, (own) => inNamespace(namespace, own))
  if (proxy) started.defer(() => proxy.close())

  const running = started.move()
  const close = () => running.disposeAsync()
  return {
    namespace,
    networks,
    gateways,
    setAddresses: (device, addresses) => setBridgeAddresses(namespace, device, addresses),
    reachesApisByItself: true,
    close,
    async remove() {
      await close()
      await removeApart(cx, wish.id)
    },
  }
}
