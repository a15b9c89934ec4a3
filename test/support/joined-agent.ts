// What the contract tests of the official agent begin with: a control plane, an agent that joined it, tasks on its host.
import assert from "node:assert/strict"
import type { ContainerDefinition } from "@aws-sdk/client-ecs"
import type { CredentialsOf } from "../../src/fleet/index.ts"
import { agentWorld, key } from "./agent-world.ts"
import { type OfficialAgent, officialAgent } from "./official-agent.ts"

type World = Awaited<ReturnType<typeof agentWorld>>

const ends: (() => unknown)[] = []
/** For `afterEach`. */
export const endAll = async (): Promise<void> => {
  for (const end of ends.splice(0).reverse()) await end()
}

/** To be done by {@link endAll}. */
export const atEnd = (end: () => unknown): void => void ends.push(end)

/** A control plane with the cluster `default`, and an agent that has not said a word. */
export const setUp = async (credentials?: CredentialsOf) => {
  const world = await agentWorld(credentials)
  ends.push(world.close)
  await world.call("CreateCluster", {})
  const agent = officialAgent({ endpoint: world.endpoint, credentials: key, clock: world.clock })
  ends.push(agent.close)
  return { world, agent }
}

/** An agent that has registered and has its command session. */
export const joined = async (credentials?: CredentialsOf) => {
  const { world, agent } = await setUp(credentials)
  await agent.register()
  const acs = await agent.acs()
  await acs.next("TaskManifestMessage")
  return { world, agent, acs }
}

/** A container. */
export const web: ContainerDefinition = { name: "web", image: "web:1", memory: 32 }

/** Registers and runs one task; answers its ARN. */
export const runTask = async (
  world: World,
  containerDefinitions: ContainerDefinition[] = [web],
  more: {
    readonly executionRoleArn?: string
    readonly taskRoleArn?: string
    readonly networkMode?: "host" | "none"
    readonly overrides?: object
    readonly volumes?: object[]
  } = {},
) => {
  const { overrides, ...definition } = more
  const { taskDefinition } = await world.call("RegisterTaskDefinition", {
    family: "demo",
    containerDefinitions,
    ...definition,
  })
  const taskDefinitionArn = taskDefinition?.taskDefinitionArn ?? ""
  const { tasks, failures } = await world.call("RunTask", {
    taskDefinition: taskDefinitionArn,
    launchType: "EC2",
    ...(overrides && { overrides }),
  })
  assert.deepEqual(failures, [])
  return tasks?.[0]?.taskArn ?? ""
}

/** A running task. */
export const running = async (world: World, agent: OfficialAgent, ...rest: unknown[]) => {
  const arn = await runTask(world, ...(rest as []))
  await world.until(() => agent.tasks.has(arn))
  const containers = (agent.tasks.get(arn)?.task.containers ?? []).map(({ name }) => ({
    containerName: name,
    status: "RUNNING",
    runtimeId: `id-${name}`,
  }))
  await agent.submit(arn, "RUNNING", { containers })
  await world.until(async () => (await world.describe(arn))?.lastStatus === "RUNNING")
  return arn
}

/** The agent's instance as DescribeContainerInstances shows it. */
export const instanceOf = async (world: World, agent: OfficialAgent) =>
  (await world.call("DescribeContainerInstances", { containerInstances: [agent.arn] })).containerInstances?.[0]
