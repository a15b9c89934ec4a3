// A Roadstead on an engine of its own with a cluster and a task definition for Fargate, and the same tasks made by hand
// with Docker's API on the same networks: what the benches of real containers have in common.
import { join } from "node:path"
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2"
import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs"
import { createDocker, type Docker } from "../../src/docker/index.ts"
import { busyboxImage, pauseImage } from "../../src/machines/index.ts"
import { linkLabel, networkLabel } from "../../src/protocol/index.ts"
import type { TestEngine } from "../../test/support/namespace.ts"
import { startUp } from "../../test/support/up.ts"

const image = "roadstead-bench/busybox:1"
/** The limits of the task's size: 256 CPU units are a quarter of a processor. */
const limits = { Memory: 512 * 1024 ** 2, NanoCpus: 250_000_000 }

/** What a bench of real containers works with. */
export interface Fargate {
  readonly docker: Docker
  readonly ecs: ECSClient
  readonly ec2: EC2Client
  /** The default subnets. */
  readonly subnets: readonly { readonly id: string; readonly vpc: string }[]
  readonly byHand: ByHand
}

/** The Docker API calls of a task, without Roadstead. */
export interface ByHand {
  /** Pause container with this address on the VPC and link networks, then the container in it. Answers their ids. */
  task(name: string, address: string): Promise<readonly string[]>
  /** The calls of `docker run` for a container with the same limits and a bridge network: its VPC's, as there is no other. */
  plain(name: string, address: string): Promise<readonly string[]>
  remove(ids: readonly string[]): Promise<void>
}

/** Starts all of it, registers the task definition `bench` with one container, and ends all when the work is done. */
export const withFargate = async <T>(
  engine: TestEngine,
  command: readonly string[],
  work: (fargate: Fargate) => Promise<T>,
): Promise<T> => {
  const docker = createDocker({ socketPath: engine.socketPath })
  await busyboxImage(docker, { name: image })
  const roadstead = await startUp([
    ...["--port", "0", "--ephemeral", "--data", join(engine.folder, "data"), "--log-level", "warn"],
    ...["--docker-host", `unix://${engine.socketPath}`],
  ])
  const client = {
    endpoint: roadstead.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  }
  const ecs = new ECSClient(client)
  const ec2 = new EC2Client(client)
  try {
    await ecs.send(new CreateClusterCommand({}))
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "bench",
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        containerDefinitions: [{ name: "app", image, command: [...command], stopTimeout: 2 }],
      }),
    )
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}))
    const subnets = Subnets.map(({ SubnetId = "", VpcId = "" }) => ({ id: SubnetId, vpc: VpcId }))
    if (subnets.length === 0) throw new Error("there is no default subnet")
    return await work({ docker, ecs, ec2, subnets, byHand: handOn(docker, command) })
  } finally {
    ecs.destroy()
    ec2.destroy()
    await roadstead.stop()
    docker.close()
  }
}

/** What RunTask and CreateService are told of the task definition and its subnets. */
export const onFargate = (...subnets: string[]) =>
  ({
    taskDefinition: "bench",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets } },
  }) as const

const handOn = (docker: Docker, command: readonly string[]): ByHand => {
  const networks = new Map<string, Promise<string>>()
  const find = async (label: string): Promise<string> => {
    const filters = JSON.stringify({ label: [label] })
    const { body } = await docker.request<{ Name: string }[]>("GET", "/networks", { query: { filters } })
    const name = body[0]?.Name
    if (!name) throw new Error(`there is no network with the label ${label}`)
    return name
  }
  /** They are there once Roadstead has run a task. */
  const networkWith = (label: string): Promise<string> => {
    const known = networks.get(label) ?? find(label)
    networks.set(label, known)
    return known
  }
  const create = async (name: string, body: object): Promise<string> =>
    (await docker.request<{ Id: string }>("POST", "/containers/create", { query: { name }, body })).body.Id
  const start = async (id: string) => {
    await docker.request("POST", `/containers/${id}/start`)
  }
  // Docker's own choice could be an address that Roadstead gives away.
  const at = (vpc: string, address: string) => ({
    EndpointsConfig: { [vpc]: { IPAMConfig: { IPv4Address: address } } },
  })
  return {
    async task(name, address) {
      const vpc = await networkWith(networkLabel)
      const sandbox = await create(`${name}-pause`, {
        Image: pauseImage,
        HostConfig: { NetworkMode: vpc },
        NetworkingConfig: at(vpc, address),
      })
      const link = await networkWith(linkLabel)
      await docker.request("POST", `/networks/${link}/connect`, { body: { Container: sandbox } })
      await start(sandbox)
      const HostConfig = { NetworkMode: `container:${sandbox}`, ...limits }
      const app = await create(`${name}-app`, { Image: image, Cmd: command, HostConfig })
      await start(app)
      return [app, sandbox]
    },
    async plain(name, address) {
      const vpc = await networkWith(networkLabel)
      const HostConfig = { NetworkMode: vpc, ...limits }
      const id = await create(name, { Image: image, Cmd: command, HostConfig, NetworkingConfig: at(vpc, address) })
      await start(id)
      return [id]
    },
    async remove(ids) {
      for (const id of ids) await docker.request("DELETE", `/containers/${id}`, { query: { force: true } })
    },
  }
}
