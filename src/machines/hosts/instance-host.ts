// An EC2 instance: a network namespace on the bridge of its VPC with an engine and an agent of its own, which joins the
// cluster that its user data names. What it has on disk is below one folder, and goes with it.
import { mkdirSync } from "node:fs"
import { createDocker, type Docker } from "../../docker/index.ts"
import {
  type InstanceMetadata,
  type InstanceWish,
  instanceMetadataAddress,
  type MachineWish,
} from "../../protocol/index.ts"
import { limitCgroup } from "../cgroups.ts"
import { run } from "../commands.ts"
import { startDaemon } from "../daemon/daemon.ts"
import { keepDaemon } from "../daemon/keep.ts"
import { endDaemon } from "../daemon/remove.ts"
import { stopContainers } from "../engine-objects.ts"
import { ensureImages } from "../images/index.ts"
import { apartNames, instanceFolders } from "../names.ts"
import { makeNamespace, removeNamespace } from "../namespaces.ts"
import { overlap, parseBlock } from "../networks/cidr.ts"
import { type BridgePlace, plugIn } from "../networks/instance-link.ts"
import { networksOf } from "../networks/networks.ts"
import { inNamespace, removeApart } from "./apart-host.ts"
import type { HostContext } from "./host.ts"
import { keepAgent } from "./kept-agent.ts"

/** An instance that runs. */
export interface InstanceHost {
  /** The bridge may be another one now. */
  rejoin(bridge: BridgePlace | undefined): Promise<void>
  /** What the instance is told about itself has changed. */
  inform(metadata: InstanceMetadata): Promise<void>
  /** Ends what lives with the supervisor. */
  close(): Promise<void>
  /** Ends everything that runs; what is on disk stays for the next start. */
  stop(): Promise<void>
  remove(): Promise<void>
}

/** A wish for an instance, whole. */
export type InstanceMachineWish = MachineWish & { readonly instance: InstanceWish }

/** Docker's own default first; another where the VPC has these addresses. */
const bridges = ["172.17.0.1/16", "192.168.240.1/20", "10.254.240.1/20"]

/** The default bridge of the instance's engine, for tasks in bridge mode. */
export const bridgeBeside = (cidr: string): string => {
  const vpc = parseBlock(cidr)
  const free = bridges.find((text) => {
    const block = parseBlock(text)
    return vpc && block && !overlap(vpc, block)
  })
  return free ?? "172.17.0.1/16"
}

/** Makes the instance or finds it again. Needs root. */
export const startInstanceHost = async (
  cx: HostContext,
  wish: InstanceMachineWish,
  bridge: BridgePlace,
): Promise<InstanceHost> => {
  const { instance } = wish
  const names = apartNames(cx, wish.id)
  const { namespace, cgroup, runFolder, dataFolder } = names
  const inside = { bridge: bridgeBeside(instance.cidr), dns: instance.gateway }
  const plan = { name: names.daemon, namespace, cgroup, runFolder, dataFolder, ...inside }
  // First of all, because by its name the machine is found again after a kill.
  if (!cx.record.daemon(plan.name)) cx.record.put({ kind: "daemon", ...plan })
  await makeNamespace(cx.record, namespace)
  const { interfaces } = await plugIn(namespace, bridge, instance)
  await run("ip", ["-n", namespace, "address", "replace", `${instanceMetadataAddress}/32`, "dev", "lo"])
  limitCgroup(cgroup, instance)
  const { socket } = await startDaemon(cx, plan)

  // What has been started when a later step fails is ended again; the daemon stays and is found by the next attempt.
  await using started = new AsyncDisposableStack()
  started.defer(keepDaemon(cx, plan))
  const docker = createDocker({ socketPath: socket })
  started.defer(docker.close)
  // Its bridge has the address of metadata and credentials.
  const networks = networksOf(docker, cx.owner, () => [])
  await networks.ensureLink()
  if (interfaces === true) await networks.ensureInterfaces(instance)
  else cx.log.warn("an EC2 instance takes no tasks in awsvpc mode", { instance: instance.id, reason: interfaces })
  await ensureImages(docker)
  const folders = instanceFolders(names)
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const command = cx.agentCommand(wish, {
    kind: "instance",
    dockerSocket: socket,
    namespace,
    cgroup: `${cgroup}/ecs`,
    folder: folders.agent,
    hostRoot: folders.root,
    interfaces: interfaces === true,
    ...(cx.docker && { imageSource: cx.docker.socketPath }),
  })
  const env = { ...command.env, ...(cx.docker && { ROADSTEAD_IMAGE_SOURCE: cx.docker.socketPath }) }
  const agent = keepAgent(cx, wish, inNamespace(namespace, { ...command, env }))
  started.defer(agent.close)

  const running = started.move()
  const close = () => running.disposeAsync()
  return {
    async rejoin(place) {
      if (place) await plugIn(namespace, place, instance)
    },
    inform: async (metadata) => agent.inform(metadata),
    close,
    async stop() {
      await close()
      await stopInstance(cx, wish.id)
    },
    async remove() {
      await close()
      await removeApart(cx, wish.id)
    },
  }
}

const emptied = async (socketPath: string, work: (docker: Docker) => Promise<void>): Promise<void> => {
  const docker = createDocker({ socketPath })
  await work(docker).finally(() => docker.close())
}

/** Stops an instance from the record alone: its containers, its engine, its namespace. Nothing when it is not there. */
export const stopInstance = async (cx: HostContext, machineId: string): Promise<void> => {
  const names = apartNames(cx, machineId)
  const daemon = cx.record.daemon(names.daemon)
  if (!daemon) return
  await endDaemon(cx, daemon, (socket) => emptied(socket, stopContainers))
  await removeNamespace(cx.record, names.namespace)
  // The record of the daemon stays: by it the instance's folders are found and removed.
}
