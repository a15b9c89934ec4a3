// What live tests of tasks share: SDK clients against a running Roadstead, images made from this machine, and tasks that
// are run and waited for as a user would.

import { CloudWatchLogsClient, CreateLogGroupCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs"
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2"
import {
  type ContainerDefinition,
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs"
import { createDocker, type Docker } from "../../src/docker/index.ts"
import { delay } from "../../src/kernel/index.ts"
import { busyboxImage } from "../../src/machines/index.ts"
import { realClock } from "./real-clock.ts"

/** The image of live tests: a static busybox with a shell. */
export const image = "roadstead-test:latest"

/** The engine behind a socket, with {@link image} in it. */
export const engineWithImage = async (socketPath: string): Promise<Docker> => {
  const docker = createDocker({ socketPath })
  await busyboxImage(docker, { name: image })
  return docker
}

/** A container that runs a line of shell. */
export const shell = (name: string, line: string, more: Partial<ContainerDefinition> = {}): ContainerDefinition => ({
  name,
  image,
  essential: true,
  command: ["/bin/sh", "-c", line],
  ...more,
})

/** Something a task has to become within a generous bound: a busy machine is slow, a lie lasts for ever. */
const patience = 90_000

/** A user of the Roadstead at `endpoint`; with a `key` of the account where one is asked for. */
export const fargateUser = (
  endpoint: string,
  region = "us-east-1",
  account = "000000000000",
  key = { accessKeyId: account, secretAccessKey: "test" },
) => {
  const config = { endpoint, region, credentials: key }
  const ecs = new ECSClient(config)
  const ec2 = new EC2Client(config)
  const logs = new CloudWatchLogsClient(config)
  let families = 0

  const describe = async (taskArn: string): Promise<Task> => {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: [taskArn] }))
    const [task] = tasks ?? []
    if (!task) throw new Error(`${taskArn} is not known`)
    return task
  }
  /** Asks until `when` holds; answers the task as it is then. */
  const until = async (taskArn: string, when: (task: Task) => boolean): Promise<Task> => {
    const end = realClock.now() + patience
    for (;;) {
      const task = await describe(taskArn)
      if (when(task)) return task
      if (realClock.now() > end) throw new Error(`it did not come about: ${JSON.stringify(task, null, 1)}`)
      await delay(realClock, 50)
    }
  }
  const register = async (
    containerDefinitions: ContainerDefinition[],
    more: Partial<RegisterTaskDefinitionCommandInput> = {},
  ): Promise<string> => {
    families += 1
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `live-${families}`,
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        executionRoleArn: `arn:aws:iam::${account}:role/execution`,
        containerDefinitions,
        ...more,
      }),
    )
    return taskDefinition?.taskDefinitionArn ?? ""
  }
  const run = async (taskDefinition: string, count = 1): Promise<string[]> => {
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}))
    const subnets = [Subnets?.[0]?.SubnetId ?? ""]
    const { tasks } = await ecs.send(
      new RunTaskCommand({
        taskDefinition,
        count,
        launchType: "FARGATE",
        networkConfiguration: { awsvpcConfiguration: { subnets } },
      }),
    )
    return (tasks ?? []).map((task) => task.taskArn ?? "")
  }
  return {
    ecs,
    ec2,
    logs,
    describe,
    until,
    register,
    run,
    /** Registers and runs one task; answers its ARN. */
    start: async (
      containers: ContainerDefinition[],
      more: Partial<RegisterTaskDefinitionCommandInput> = {},
    ): Promise<string> => (await run(await register(containers, more)))[0] ?? "",
    running: (taskArn: string) => until(taskArn, (task) => task.lastStatus === "RUNNING"),
    stopped: (taskArn: string) => until(taskArn, (task) => task.lastStatus === "STOPPED"),
    stop: (task: string, reason?: string) => ecs.send(new StopTaskCommand({ task, reason })),
    createCluster: () => ecs.send(new CreateClusterCommand({})),
    createLogGroup: (logGroupName: string) => logs.send(new CreateLogGroupCommand({ logGroupName })),
    /** All lines of a stream that are there now. */
    lines: async (logGroupName: string, logStreamName: string): Promise<string[]> => {
      const all: string[] = []
      let nextToken: string | undefined
      for (;;) {
        const page = await logs.send(
          new GetLogEventsCommand({
            logGroupName,
            logStreamName,
            startFromHead: true,
            ...(nextToken && { nextToken }),
          }),
        )
        all.push(...(page.events ?? []).map((event) => event.message ?? ""))
        if (page.nextForwardToken === nextToken) return all
        nextToken = page.nextForwardToken
      }
    },
    close: () => {
      for (const client of [ecs, ec2, logs]) client.destroy()
    },
  }
}

/** The address of a task's network interface. */
export const addressOf = (task: Task): string =>
  task.attachments?.[0]?.details?.find((detail) => detail.name === "privateIPv4Address")?.value ?? ""

/** The id of a task: the last part of its ARN. */
export const idOf = (taskArn: string): string => taskArn.slice(taskArn.lastIndexOf("/") + 1)
