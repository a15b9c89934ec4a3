// EC2 instances in live tests: launched, joined, and given tasks as a user would do it.
import assert from "node:assert/strict"
import {
  DescribeInstancesCommand,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2"
import {
  type ContainerDefinition,
  type ContainerInstance,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  type NetworkConfiguration,
  type RegisterTaskDefinitionCommandInput,
  StartTaskCommand,
} from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { type fargateUser, idOf, shell as shellOf } from "./live-fargate.ts"
import { realClock } from "./real-clock.ts"

/** What becomes of an instance or its agent takes its time on a busy machine; a lie lasts for ever. */
const patience = 90_000

/** `printed` is what Roadstead has said so far, to be told when something does not come about. */
export const instanceUser = (user: ReturnType<typeof fargateUser>, printed: () => readonly string[]) => {
  const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    const over = realClock.now() + patience
    for (;;) {
      const found = await look()
      if (found !== undefined) return found
      if (realClock.now() > over) throw new Error(`${what} did not come about:\n${printed().slice(-30).join("\n")}`)
      await delay(realClock, 100)
    }
  }
  /** What a task serves, as soon as it does: RUNNING says that its container runs, and not that it listens. */
  const page = (url: string): Promise<string> =>
    until(url, async () => {
      const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
      return answer?.ok ? (await answer.text()).trim() : undefined
    })
  const describe = async (id: string): Promise<Instance> => {
    const { Reservations } = await user.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))
    return Reservations?.[0]?.Instances?.[0] ?? {}
  }
  const members = async (): Promise<readonly ContainerInstance[]> => {
    const { containerInstanceArns = [] } = await user.ecs.send(new ListContainerInstancesCommand({}))
    if (containerInstanceArns.length === 0) return []
    const found = await user.ecs.send(
      new DescribeContainerInstancesCommand({ containerInstances: containerInstanceArns }),
    )
    return found.containerInstances ?? []
  }
  return {
    until,
    page,
    describe,
    members,
    launch: async (more: Partial<RunInstancesCommandInput> = {}): Promise<string[]> => {
      const { Instances = [] } = await user.ec2.send(
        new RunInstancesCommand({
          ImageId: "ami-0123456789abcdef0",
          InstanceType: "t3.small",
          MinCount: 1,
          MaxCount: 1,
          ...more,
        }),
      )
      return Instances.map((one) => one.InstanceId ?? "")
    },
    privateAddress: async (id: string): Promise<string> => (await describe(id)).PrivateIpAddress ?? "",
    /** Answers the ARN of the container instance whose agent is there. */
    joined: (id: string): Promise<string> =>
      until(`${id} joins`, async () => {
        const found = (await members()).find((one) => one.ec2InstanceId === id && one.agentConnected === true)
        return found?.containerInstanceArn
      }),
    agentGone: (id: string): Promise<unknown> =>
      until(`the agent of ${id} goes`, async () =>
        (await members()).find((one) => one.ec2InstanceId === id && one.agentConnected === false),
      ),
    /** Registers a task definition for instances; answers its ARN. */
    define: (
      containers: ContainerDefinition[],
      networkMode: RegisterTaskDefinitionCommandInput["networkMode"] = "awsvpc",
      more: Partial<RegisterTaskDefinitionCommandInput> = {},
    ): Promise<string> =>
      user.register(containers, {
        networkMode,
        requiresCompatibilities: ["EC2"],
        cpu: undefined,
        memory: undefined,
        executionRoleArn: undefined,
        ...more,
      }),
    /** Starts a task on an instance, which must take it. */
    start: async (taskDefinition: string, on: string, networkConfiguration?: NetworkConfiguration): Promise<string> => {
      const { tasks, failures } = await user.ecs.send(
        new StartTaskCommand({ taskDefinition, containerInstances: [on], networkConfiguration }),
      )
      assert.deepEqual(failures, [])
      return tasks?.[0]?.taskArn ?? ""
    },
    end: async (...arns: string[]): Promise<void> => {
      for (const arn of arns) await user.stop(arn)
      await Promise.all(arns.map(user.stopped))
    },
    /** The task's one container, of {@link telling}, ends with 0; else what it said is told. */
    succeeds: async (taskArn: string): Promise<void> => {
      const task = await user.stopped(taskArn)
      const [container] = task.containers ?? []
      if (container?.exitCode === 0) return
      const lines = await user.lines(logGroup, `it/${container?.name}/${idOf(taskArn)}`)
      assert.fail(`${task.stoppedReason}; exit code ${container?.exitCode}:\n${lines.join("\n")}`)
    },
  }
}

/** Must be made before a container of {@link telling} starts. */
export const logGroup = "said"

/** A small container that runs a line of shell, and whose output is kept. */
export const telling = (name: string, line: string, more: Partial<ContainerDefinition> = {}): ContainerDefinition =>
  shellOf(name, line, {
    memory: 32,
    stopTimeout: 2,
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": logGroup, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "it" },
    },
    ...more,
  })

/** Asks each of these; the exit code is the number of the first that did not answer. */
export const ask = (...urls: string[]): string =>
  urls.map((url, i) => `wget -O - ${url} || { echo no ${url}; exit ${i + 1}; }`).join("\n")
