// A container host for live tests of the agent: a real engine with the two networks of a task and a busybox image.
import { createDockerDriver } from "../../src/agent/driver/docker/index.ts"
import type { ContainerDriver } from "../../src/agent/driver.ts"
import { createDocker, type Docker } from "../../src/docker/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { busyboxImage, ensureImages } from "../../src/machines/index.ts"
import { link, linkLabel, networkLabel, ownerLabel } from "../../src/protocol/index.ts"
import { testNetwork } from "./acs-task.ts"
import { realClock } from "./real-clock.ts"

export const owner = "testowner"

export interface TaskHost {
  readonly docker: Docker
  /** A driver of its own each time: what one agent after the other has. */
  driver(): ContainerDriver
}

/** Prepares the engine behind a socket. */
export const prepareHost = async (socketPath: string): Promise<TaskHost> => {
  const docker = createDocker({ socketPath })
  await ensureImages(docker)
  await busyboxImage(docker, { name: "busybox:test" })
  await network(docker, {
    Name: "vpc",
    subnet: "172.31.0.0/16",
    gateway: "172.31.0.1",
    Labels: { [networkLabel]: testNetwork },
  })
  await network(docker, {
    Name: "link",
    subnet: link.subnet,
    gateway: link.address,
    Internal: true,
    Options: { "com.docker.network.bridge.enable_icc": "false" },
    Labels: { [linkLabel]: "true" },
  })
  return { docker, driver: () => createDockerDriver({ socketPath, clock: realClock, log: silentLog }) }
}

const network = async (
  docker: Docker,
  {
    subnet,
    gateway,
    Labels,
    ...body
  }: { Name: string; subnet: string; gateway: string; Labels: object; Internal?: boolean; Options?: object },
): Promise<void> => {
  const IPAM = { Driver: "default", Config: [{ Subnet: subnet, Gateway: gateway }] }
  await docker.request("POST", "/networks/create", {
    body: { ...body, Driver: "bridge", IPAM, Labels: { ...Labels, [ownerLabel]: owner } },
  })
}
