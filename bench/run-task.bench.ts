// Bar 1: from RunTask to RUNNING with the image present, as a client sees it. Without a prepared sandbox (the first task of a
// subnet) against the Docker API calls that the same task needs, made by hand on the same engine and the same networks;
// with one against those of a plain `docker run`.
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { CreateSubnetCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2"
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  waitUntilTasksStopped,
} from "@aws-sdk/client-ecs"
import { createDocker } from "../src/docker/index.ts"
import { busyboxImage, pauseImage } from "../src/machines/index.ts"
import { linkLabel, networkLabel } from "../src/protocol/index.ts"
import { withEngine } from "../test/support/namespace.ts"
import { startUp } from "../test/support/up.ts"
import { median, report } from "./support/measure.ts"

const rounds = 12
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
    const home = (await ec2.send(new DescribeSubnetsCommand({}))).Subnets?.[0]
    if (!home?.SubnetId) throw new Error("there is no default subnet")
    const freshSubnet = async (round: number): Promise<string> => {
      const CidrBlock = `172.31.${64 + round}.0/24`
      const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: home.VpcId, CidrBlock }))
      return Subnet?.SubnetId ?? ""
    }

    // A subnet in which nothing runs any more has no sandboxes: this task keeps it from that between the rounds.
    const inHome = (await ecs.send(new RunTaskCommand(taskIn(home.SubnetId)))).tasks?.[0]?.taskArn
    if (inHome === undefined) throw new Error("the task that stays could not be started")

    const ours: number[] = []
    const floor: number[] = []
    const prepared: number[] = []
    const plain: number[] = []
    for (let round = 0; round <= rounds; round++) {
      const times: number[] = []
      const measures = [
        async () => runTask(ecs, await freshSubnet(round)),
        () => runByHand(round),
        () => runTask(ecs, home.SubnetId ?? ""),
        () => runPlain(round),
      ]
      for (const measure of measures) {
        times.push(await measure())
        // The engine tidies up behind the last one, and sandboxes are prepared.
        await pause(1000)
      }
      // The first task has the networks and the host made, which is another measure.
      if (round === 0) continue
      for (const [i, list] of [ours, floor, prepared, plain].entries()) list.push(times[i] ?? Number.NaN)
    }
    return [
      {
        name: "RunTask to RUNNING, image present",
        value: median(ours),
        unit: "ms",
        floor: { name: "the same Docker API calls by hand", value: median(floor) },
      },
      {
        name: "RunTask to RUNNING with a prepared sandbox",
        value: median(prepared),
        unit: "ms",
        floor: { name: "the API calls of a plain docker run", value: median(plain) },
      },
    ]
  } finally {
    ecs.destroy()
    ec2.destroy()
    await roadstead.stop()
    docker.close()
  }

  /** The calls of `docker run` for a container with the same limits and a bridge network: its VPC's, as there is no other. */
  async function runPlain(round: number): Promise<number> {
    const vpc = await networkWith(networkLabel)
    const HostConfig = { NetworkMode: vpc, Memory: 512 * 1024 ** 2, NanoCpus: 250_000_000 }
    // Docker would choose an address that Roadstead gives away.
    const EndpointsConfig = { [vpc]: { IPAMConfig: { IPv4Address: `172.31.47.${180 + round}` } } }
    const body = { Image: image, Cmd: command, HostConfig, NetworkingConfig: { EndpointsConfig } }
    const began = performance.now()
    const query = { name: `bench-plain-${round}` }
    const { Id } = (await docker.request<{ Id: string }>("POST", "/containers/create", { query, body })).body
    await docker.request("POST", `/containers/${Id}/start`)
    const took = performance.now() - began
    await docker.request("DELETE", `/containers/${Id}`, { query: { force: true } })
    return took
  }

  /** The calls of a task with one container: pause container on the VPC and link networks, then the container in it. */
  async function runByHand(round: number): Promise<number> {
    const vpc = await networkWith(networkLabel)
    const link = await networkWith(linkLabel)
    const create = async (name: string, body: object) =>
      (await docker.request<{ Id: string }>("POST", "/containers/create", { query: { name }, body })).body.Id
    const began = performance.now()
    const sandbox = await create(`bench-pause-${round}`, {
      Image: pauseImage,
      HostConfig: { NetworkMode: vpc },
      // High in the third default subnet: Roadstead's tasks here are all in the first.
      NetworkingConfig: { EndpointsConfig: { [vpc]: { IPAMConfig: { IPv4Address: `172.31.47.${100 + round}` } } } },
    })
    await docker.request("POST", `/networks/${link}/connect`, { body: { Container: sandbox } })
    await docker.request("POST", `/containers/${sandbox}/start`)
    const app = await create(`bench-app-${round}`, {
      Image: image,
      Cmd: command,
      // The limits of the task's size: 256 CPU units are a quarter of a processor.
      HostConfig: { NetworkMode: `container:${sandbox}`, Memory: 512 * 1024 ** 2, NanoCpus: 250_000_000 },
    })
    await docker.request("POST", `/containers/${app}/start`)
    const took = performance.now() - began
    for (const id of [app, sandbox]) await docker.request("DELETE", `/containers/${id}`, { query: { force: true } })
    return took
  }

  async function networkWith(label: string): Promise<string> {
    const filters = JSON.stringify({ label: [label] })
    const { body } = await docker.request<{ Name: string }[]>("GET", "/networks", { query: { filters } })
    const name = body[0]?.Name
    if (!name) throw new Error(`there is no network with the label ${label}`)
    return name
  }
})

function taskIn(subnet: string) {
  return {
    cluster: "bench",
    taskDefinition: "bench",
    launchType: "FARGATE" as const,
    networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
  }
}

/**
 * Runs a task and answers the milliseconds from sending RunTask to `startedAt`, which both clocks of this machine agree on.
 * Asking for the status all the while would take the processor from the engine, which has nobody asking in the floor.
 */
async function runTask(ecs: ECSClient, subnet: string): Promise<number> {
  const began = Date.now()
  const { tasks: [task] = [] } = await ecs.send(new RunTaskCommand(taskIn(subnet)))
  const tasks = [task?.taskArn ?? ""]
  for (;;) {
    const { tasks: [seen] = [] } = await ecs.send(new DescribeTasksCommand({ cluster: "bench", tasks }))
    if (seen?.lastStatus === "STOPPED") throw new Error(`the task stopped: ${seen.stoppedReason}`)
    if (seen?.lastStatus === "RUNNING" && seen.startedAt) {
      await ecs.send(new StopTaskCommand({ cluster: "bench", task: tasks[0] }))
      await waitUntilTasksStopped(
        { client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
        { cluster: "bench", tasks },
      )
      return seen.startedAt.getTime() - began
    }
    await pause(150)
  }
}
