// The container driver on a Docker-compatible engine. Each kind of call is in the file of its name.
import { createDocker, type Docker } from "../../../docker/index.ts"
import type { Clock, Log } from "../../../kernel/index.ts"
import type { ContainerDriver } from "../../driver.ts"
import { containerCalls } from "./containers.ts"
import { translated } from "./errors.ts"
import { watchEvents } from "./events.ts"
import { type CgroupForm, groupCalls } from "./groups.ts"
import { imageCalls } from "./images.ts"
import { networkCalls } from "./networks.ts"
import { portCalls } from "./ports.ts"
import { statsCalls } from "./stats.ts"
import { volumeCalls } from "./volumes.ts"

export interface DockerDriverOptions {
  readonly socketPath: string
  readonly clock: Clock
  readonly log: Log
  /** The socket of another engine on this machine: an image that it has is copied from there before a pull. */
  readonly imageSource?: string
  /** Makes an image that is made rather than pulled, and answers whether it was one. */
  readonly makeImage?: (docker: Docker, reference: string) => Promise<boolean>
  /** Where the engine reaches our own registry: `127.0.0.1:4566`. */
  readonly registry?: string
  /** The parent of all tasks' cgroups (`roadstead`): one per engine, so that two never share. */
  readonly groupParent?: string
}

interface DockerInfo {
  readonly ServerVersion: string
  readonly NCPU: number
  readonly MemTotal: number
  readonly CgroupDriver?: string
  readonly CgroupVersion?: string
  /** `name=apparmor`, `name=seccomp,profile=default`. */
  readonly SecurityOptions?: readonly string[] | null
}

/** A {@link ContainerDriver} on the engine behind a socket. Connects at the first call. */
export const createDockerDriver = (options: DockerDriverOptions): ContainerDriver => {
  const { clock, log } = options
  const docker = createDocker(options)
  const source = options.imageSource === undefined ? undefined : createDocker({ socketPath: options.imageSource })
  const info = () => translated("other", async () => (await docker.request<DockerInfo>("GET", "/info")).body)
  let known: Promise<CgroupForm | undefined> | undefined
  const form = (): Promise<CgroupForm | undefined> => {
    known ??= info().then(readForm)
    known.catch(() => {
      known = undefined
    })
    return known
  }
  return {
    ...containerCalls(docker),
    ...imageCalls({
      docker,
      log,
      ...(source && { source }),
      ...(options.makeImage && { make: options.makeImage }),
      ...(options.registry !== undefined && { registry: options.registry }),
    }),
    ...networkCalls(docker),
    ...volumeCalls(docker),
    ...portCalls(),
    ...statsCalls({ docker, log }),
    ...groupCalls({ form, log, ...(options.groupParent && { parent: options.groupParent }) }),
    watch: (onEvent) => watchEvents({ docker, clock, log }, onEvent),
    async info() {
      const { ServerVersion, NCPU, MemTotal, SecurityOptions } = await info()
      const has = (name: string) => SecurityOptions?.some((option) => option.split(",", 1)[0] === `name=${name}`)
      return {
        kind: "docker",
        version: ServerVersion,
        cpus: NCPU,
        memoryMiB: Math.floor(MemTotal / 1024 / 1024),
        accessControls: (["apparmor", "selinux"] as const).filter(has),
      }
    },
    async close() {
      docker.close()
      source?.close()
    },
  }
}

/** Undefined for an engine that keeps no cgroups (rootless without delegation says `none`). */
const readForm = ({ CgroupDriver, CgroupVersion }: DockerInfo): CgroupForm | undefined =>
  CgroupDriver === "cgroupfs" || CgroupDriver === "systemd"
    ? { driver: CgroupDriver, version: CgroupVersion === "2" ? 2 : 1 }
    : undefined
