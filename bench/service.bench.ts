// Bar 2: a service from 0 to 40 tasks on one host, as tasks a second until the last one runs, against the raw rate of the
// same Docker API calls with as many at once. Rounds of both alternate.
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2"
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs"
import { createDocker } from "../src/docker/index.ts"
import { busyboxImage, pauseImage } from "../src/machines/index.ts"
import { linkLabel, networkLabel } from "../src/protocol/index.ts"
import { withEngine } from "../test/support/namespace.ts"
import { startUp } from "../test/support/up.ts"
import { median, report } from "./support/measure.ts"

const tasks = 40
const rounds = 3
const image = "roadstead-bench/busybox:1"
const command = ["sleep", "600"]
const engine = await withEngine(import.meta.filename)

await report(async () => {
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
    await ecs.send(new CreateClusterCommand({ clusterName: "bench" }))
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "bench",
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        containerDefinitions: [{ name: "app", image, command, stopTimeout: 2 }],
      }),
    )
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}))
    const subnets = Subnets.flatMap(({ SubnetId }) => SubnetId ?? [])
    const ours: number[] = []
    const raw: number[] = []
    for (let round = 0; round <= rounds; round++) {
      // The first has the network and the host made; two tasks will do.
      const rate = await runService(`round-${round}`, round === 0 ? 2 : tasks, subnets)
      if (round === 0) continue
      ours.push(rate)
      raw.push(await runByHand(round))
      console.log(`service ${rate.toFixed(2)} tasks/s, by hand ${raw.at(-1)?.toFixed(2)}`)
    }
    return [
      {
        name: "a service from 0 to 40 tasks",
        value: median(ours),
        unit: "tasks/s",
        floor: { name: "the same Docker API calls by hand, 40 at once", value: median(raw) },
      },
    ]
  } finally {
    ecs.destroy()
    ec2.destroy()
    await roadstead.stop()
    docker.close()
  }

  /** Tasks a second from CreateService to the last `startedAt`; afterwards everything of it is gone again. */
  async function runService(service: string, desiredCount: number, subnets: string[]): Promise<number> {
    const networkConfiguration = { awsvpcConfiguration: { subnets } }
    const began = Date.now()
    await ecs.send(
      new CreateServiceCommand({
        ...{ cluster: "bench", serviceName: service, taskDefinition: "bench", desiredCount, launchType: "FARGATE" },
        networkConfiguration,
      }),
    )
    for (;;) {
      // Seldom: the processor is for the engine, which has nobody asking in the floor.
      await pause(1000)
      const { services: [seen] = [] } = await ecs.send(
        new DescribeServicesCommand({ cluster: "bench", services: [service] }),
      )
      if (seen?.runningCount === desiredCount) break
    }
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: "bench", serviceName: service }))
    const { tasks: all = [] } = await ecs.send(new DescribeTasksCommand({ cluster: "bench", tasks: taskArns }))
    const last = Math.max(...all.map(({ startedAt }) => startedAt?.getTime() ?? Number.NaN))
    await ecs.send(new DeleteServiceCommand({ cluster: "bench", service, force: true }))
    while (((await ecs.send(new ListTasksCommand({ cluster: "bench" }))).taskArns ?? []).length > 0) await pause(1000)
    await containersGone()
    return desiredCount / ((last - began) / 1000)
  }

  /** Waits until the engine has nothing left of tasks but what is prepared for others. */
  async function containersGone(): Promise<void> {
    const filters = JSON.stringify({ label: ["com.amazonaws.ecs.task-arn"] })
    for (;;) {
      const { body } = await docker.request<object[]>("GET", "/containers/json", { query: { all: true, filters } })
      // And a moment for the bridge ports that the kernel still takes down.
      await pause(2000)
      if (body.length === 0) return
    }
  }

  /** The calls of as many tasks at once: pause container on the VPC and link networks, then the container in it. */
  async function runByHand(round: number): Promise<number> {
    const vpc = await networkWith(networkLabel)
    const link = await networkWith(linkLabel)
    const made: string[] = []
    const create = async (name: string, body: object) => {
      const { Id } = (await docker.request<{ Id: string }>("POST", "/containers/create", { query: { name }, body }))
        .body
      made.push(Id)
      return Id
    }
    const began = performance.now()
    await Promise.all(
      Array.from({ length: tasks }, async (_, n) => {
        // Docker's own choice could be an address that Roadstead gives away.
        const IPv4Address = `172.31.47.${100 + n}`
        const sandbox = await create(`bench-pause-${round}-${n}`, {
          Image: pauseImage,
          HostConfig: { NetworkMode: vpc },
          NetworkingConfig: { EndpointsConfig: { [vpc]: { IPAMConfig: { IPv4Address } } } },
        })
        await docker.request("POST", `/networks/${link}/connect`, { body: { Container: sandbox } })
        await docker.request("POST", `/containers/${sandbox}/start`)
        const app = await create(`bench-app-${round}-${n}`, {
          Image: image,
          Cmd: command,
          HostConfig: { NetworkMode: `container:${sandbox}`, Memory: 512 * 1024 ** 2, NanoCpus: 250_000_000 },
        })
        await docker.request("POST", `/containers/${app}/start`)
      }),
    )
    const rate = tasks / ((performance.now() - began) / 1000)
    await Promise.all(made.map((id) => docker.request("DELETE", `/containers/${id}`, { query: { force: true } })))
    await pause(3000)
    return rate
  }

  async function networkWith(label: string): Promise<string> {
    const filters = JSON.stringify({ label: [label] })
    const { body } = await docker.request<{ Name: string }[]>("GET", "/networks", { query: { filters } })
    const name = body[0]?.Name
    if (!name) throw new Error(`there is no network with the label ${label}`)
    return name
  }
})
