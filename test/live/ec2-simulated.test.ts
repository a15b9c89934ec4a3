// EC2 instances of the simulated engine: many of them are cheap, and they are instances to the API all the same.
import assert from "node:assert/strict"
import { after, test } from "node:test"
import {
  DescribeInstancesCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceRunning,
  waitUntilInstanceStatusOk,
  waitUntilInstanceStopped,
  waitUntilInstanceTerminated,
} from "@aws-sdk/client-ec2"
import {
  DescribeClustersCommand,
  ListContainerInstancesCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { addressOf, fargateUser } from "../support/live-fargate.ts"
import { realClock } from "../support/real-clock.ts"
import { startUp } from "../support/up.ts"

const roadstead = await startUp(["--port", "0", "--ephemeral", "--engine", "simulated", "--log-format", "json"])
const user = fargateUser(roadstead.endpoint)
after(async () => {
  user.close()
  await roadstead.stop()
})

const many = 30
const waiting = { client: user.ec2, maxWaitTime: 90, minDelay: 1, maxDelay: 1 }

/** Until so many are in the cluster, with agents that are connected: only those take tasks. */
const members = async (count: number, filter?: string): Promise<void> => {
  const over = realClock.now() + 90_000
  for (;;) {
    const { containerInstanceArns = [] } = await user.ecs.send(new ListContainerInstancesCommand({ filter }))
    const { clusters } = await user.ecs.send(new DescribeClustersCommand({}))
    if (containerInstanceArns.length === count && clusters?.[0]?.registeredContainerInstancesCount === count) return
    if (realClock.now() > over) assert.fail(`${containerInstanceArns.length} of ${count}: ${roadstead.printed.at(-1)}`)
    await delay(realClock, 200)
  }
}

test("thirty simulated instances run, make and join the cluster `default`, take tasks, and end", async () => {
  const { Instances } = await user.ec2.send(
    new RunInstancesCommand({ ImageId: "ami-1", InstanceType: "t3.micro", MinCount: many, MaxCount: many }),
  )
  const InstanceIds = (Instances ?? []).map((one) => one.InstanceId ?? "")
  await waitUntilInstanceRunning(waiting, { InstanceIds })
  await waitUntilInstanceStatusOk(waiting, { InstanceIds })
  await members(many, "agentConnected == true")
  await user.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "any",
      containerDefinitions: [{ name: "app", image: "any:1", memory: 600 }],
    }),
  )
  // Each has room for one, as a t3.micro has 1024 MiB.
  const ran = await Promise.all(
    [1, 2, 3].map(() => user.ecs.send(new RunTaskCommand({ taskDefinition: "any", launchType: "EC2", count: 10 }))),
  )
  const tasks = ran.flatMap((one) => one.tasks ?? [])
  assert.equal(new Set(tasks.map((task) => task.containerInstanceArn)).size, many)
  await Promise.all(tasks.map((task) => user.running(task.taskArn ?? "")))

  // In awsvpc mode with an interface of its own, on an instance that is in the zone of the subnet.
  await user.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "own",
      networkMode: "awsvpc",
      containerDefinitions: [{ name: "app", image: "any:1", memory: 64 }],
    }),
  )
  const network = { awsvpcConfiguration: { subnets: [Instances?.[0]?.SubnetId ?? ""] } }
  const own = await user.ecs.send(
    new RunTaskCommand({ taskDefinition: "own", launchType: "EC2", networkConfiguration: network }),
  )
  const task = await user.running(own.tasks?.[0]?.taskArn ?? "")
  assert.match(addressOf(task), /^172\.31\./)

  const [first = "", ...rest] = InstanceIds
  await user.ec2.send(new StopInstancesCommand({ InstanceIds: [first] }))
  await waitUntilInstanceStopped(waiting, { InstanceIds: [first] })
  await user.ec2.send(new TerminateInstancesCommand({ InstanceIds: rest }))
  await waitUntilInstanceTerminated(waiting, { InstanceIds: rest })
  await members(1)
  const running = { Name: "instance-state-name", Values: ["running", "stopped"] }
  const { Reservations } = await user.ec2.send(new DescribeInstancesCommand({ Filters: [running] }))
  assert.deepEqual(
    Reservations?.flatMap((r) => r.Instances ?? []).map((one) => one.InstanceId),
    [first],
  )
})
