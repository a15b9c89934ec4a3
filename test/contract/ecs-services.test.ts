// Services as the AWS SDK and the AWS CLI see them over the wire: pages, waiters, task sets, and errors by their names.
// The controllers run on the machine's clock; what an agent would report is written by the test.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import * as ecs from "@aws-sdk/client-ecs"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { account, region } from "../support/aws-endpoint.ts"
import { type EcsEndpoint, ecsEndpoint, errorOf } from "../support/ecs-endpoint.ts"
import { realClock } from "../support/real-clock.ts"

let aws: EcsEndpoint
let runner: { stop(): unknown }

before(async () => {
  aws = await ecsEndpoint()
  const { state, gate, client } = aws
  runner = startControllers({
    state,
    gate,
    clock: realClock,
    log: silentLog,
    controllers: controllers({ account, region }),
  })
  await client.send(new ecs.CreateClusterCommand({}))
  await client.send(
    new ecs.RegisterTaskDefinitionCommand({
      family: "web",
      containerDefinitions: [{ name: "app", image: "app:1", cpu: 10, memory: 16 }],
    }),
  )
  const { containerInstance } = await client.send(
    new ecs.RegisterContainerInstanceCommand({
      cluster: "default",
      totalResources: [
        { name: "CPU", type: "INTEGER", integerValue: 1024 },
        { name: "MEMORY", type: "INTEGER", integerValue: 1024 },
        { name: "PORTS", type: "STRINGSET", stringSetValue: [] },
        { name: "PORTS_UDP", type: "STRINGSET", stringSetValue: [] },
      ],
      attributes: [
        { name: "ecs.availability-zone", value: "us-east-1a" },
        ...["18", "19", "21", "25", "29"].map((n) => ({
          name: `com.amazonaws.ecs.capability.docker-remote-api.1.${n}`,
        })),
      ],
    }),
  )
  state.transact((tx) =>
    tx.containerInstances.patch(containerInstance?.containerInstanceArn ?? "", {
      session: { connected: true, since: realClock.now() },
    }),
  )
})
after(async () => {
  await runner.stop()
  await aws.close()
})

/** An agent starts what waits, and ends what is told to stop, whenever records change. */
const agent = (): (() => void) => {
  const look = () => {
    const tasks = aws.state.view((view) => [...view.tasks.all()].filter((task) => task.lastStatus !== "STOPPED"))
    for (const { arn, observed, desiredStatus, containers } of tasks) {
      const all = (status: "RUNNING" | "STOPPED") =>
        Object.fromEntries(containers.map(({ name }) => [name, { status }]))
      const now = realClock.now()
      if (desiredStatus === "STOPPED" && observed.status !== "STOPPED") {
        aws.patchTask(arn, {
          observed: { ...observed, stopSentAt: now, status: "STOPPED", containers: all("STOPPED") },
        })
      } else if (desiredStatus === "RUNNING" && observed.runningAt === undefined) {
        const sent = { payloadSentAt: now, ackedAt: now }
        aws.patchTask(arn, {
          observed: { ...observed, ...sent, status: "RUNNING", runningAt: now, containers: all("RUNNING") },
        })
      }
    }
  }
  const { stop } = aws.state.watch(
    "committed",
    () => undefined,
    () => setImmediate(look),
  )
  setImmediate(look)
  return stop
}

const create = (input: Partial<ecs.CreateServiceCommandInput>) =>
  aws.client.send(
    new ecs.CreateServiceCommand({ serviceName: "web", taskDefinition: "web", desiredCount: 1, ...input }),
  )

test("aws ecs wait services-stable and services-inactive return when it is true", async () => {
  await create({ serviceName: "waited", desiredCount: 2 })
  const params = { cluster: "default", services: ["waited"] }
  const early = ecs.waitUntilServicesStable({ client: aws.client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, params)
  const stopAgent = agent()
  assert.equal((await early).state, "SUCCESS")
  const { services } = await aws.client.send(new ecs.DescribeServicesCommand(params))
  assert.deepEqual(
    services?.map((service) => [service.runningCount, service.deployments?.length]),
    [[2, 1]],
  )
  const stable = await aws.cli("ecs", "wait", "services-stable", "--services", "waited")
  assert.equal(stable.code, 0, stable.stderr)
  await aws.client.send(new ecs.DeleteServiceCommand({ service: "waited", force: true }))
  await ecs.waitUntilServicesInactive({ client: aws.client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, params)
  stopAgent()
  const inactive = await aws.cli("ecs", "wait", "services-inactive", "--services", "waited")
  assert.equal(inactive.code, 0, inactive.stderr)
  const unstable = await aws.cli("ecs", "wait", "services-stable", "--services", "never-was")
  assert.notEqual(unstable.code, 0)
})

test("aws ecs describe-services prints what the SDK reads, with missing services as failures", async () => {
  await create({ serviceName: "shown", desiredCount: 0, tags: [{ key: "team", value: "a" }] })
  const { json } = await aws.cli("ecs", "describe-services", "--services", "shown", "gone", "--include", "TAGS")
  const { services, failures } = json as { services: Record<string, unknown>[]; failures: unknown[] }
  assert.deepEqual(
    [services[0]?.serviceName, services[0]?.status, services[0]?.tags, services[0]?.schedulingStrategy],
    ["shown", "ACTIVE", [{ key: "team", value: "a" }], "REPLICA"],
  )
  assert.deepEqual(failures, [{ arn: "arn:aws:ecs:us-east-1:123456789012:service/default/gone", reason: "MISSING" }])
  const { services: read } = await aws.client.send(new ecs.DescribeServicesCommand({ services: ["shown"] }))
  assert.ok(read?.[0]?.createdAt instanceof Date && read[0].deployments?.[0]?.updatedAt instanceof Date)
  await aws.client.send(new ecs.DeleteServiceCommand({ service: "shown" }))
})

test("services are listed in pages by the SDK's paginator and by the CLI", async () => {
  const names = Array.from({ length: 7 }, (_, i) => `paged-${i}`)
  for (const serviceName of names) await create({ serviceName, desiredCount: 0 })
  const seen: string[] = []
  let pages = 0
  for await (const page of ecs.paginateListServices({ client: aws.client, pageSize: 3 }, {})) {
    pages += 1
    assert.ok((page.serviceArns?.length ?? 0) <= 3)
    seen.push(...(page.serviceArns ?? []))
  }
  assert.deepEqual([pages, seen.map((arn) => arn.slice(arn.lastIndexOf("/") + 1))], [3, names])
  const { json } = await aws.cli("ecs", "list-services", "--page-size", "2", "--launch-type", "EC2")
  assert.deepEqual(json, { serviceArns: seen })
  for (const service of names) await aws.client.send(new ecs.DeleteServiceCommand({ service }))
})

test("errors have their names", async () => {
  const { client } = aws
  const named: readonly (readonly [Promise<unknown>, string])[] = [
    [client.send(new ecs.UpdateServiceCommand({ service: "none" })), "ServiceNotFoundException"],
    [client.send(new ecs.DescribeServicesCommand({ cluster: "none", services: ["a"] })), "ClusterNotFoundException"],
    [create({ serviceName: "a b" }), "InvalidParameterException"],
    [create({ taskDefinition: "none" }), "ClientException"],
    [
      client.send(new ecs.UpdateTaskSetCommand({ cluster: "default", service: "none", taskSet: "a", scale: {} })),
      "ServiceNotFoundException",
    ],
    [
      client.send(new ecs.StopServiceDeploymentCommand({ serviceDeploymentArn: "arn:aws:ecs:us-east-1:1:x" })),
      "ServiceDeploymentNotFoundException",
    ],
    [client.send(new ecs.ListServicesByNamespaceCommand({ namespace: "a" })), "NamespaceNotFoundException"],
  ]
  for (const [sent, name] of named) {
    const error = await errorOf(sent)
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, 400])
  }
  const { code, stderr } = await aws.cli("ecs", "update-service", "--service", "none")
  assert.notEqual(code, 0)
  assert.match(stderr, /\(ServiceNotFoundException\) when calling the UpdateService operation: Service not found\./)
})

test("task sets are made, scaled, chosen and deleted by the CLI", async () => {
  const run = async (...args: readonly string[]) => {
    const { code, json, stderr } = await aws.cli("ecs", ...args)
    assert.equal(code, 0, stderr)
    return json as { taskSet: Record<string, unknown>; taskSets: Record<string, unknown>[] }
  }
  await run(
    "create-service",
    "--service-name",
    "ext",
    "--desired-count",
    "2",
    "--deployment-controller",
    "type=EXTERNAL",
  )
  const of = ["--cluster", "default", "--service", "ext"]
  const { taskSet } = await run(
    "create-task-set",
    ...of,
    "--task-definition",
    "web",
    "--scale",
    "value=50,unit=PERCENT",
  )
  assert.deepEqual([taskSet.status, taskSet.computedDesiredCount], ["ACTIVE", 1])
  const arn = String(taskSet.taskSetArn)
  await run("update-service-primary-task-set", ...of, "--primary-task-set", arn)
  const { taskSet: full } = await run("update-task-set", ...of, "--task-set", arn, "--scale", "value=100,unit=PERCENT")
  assert.deepEqual([full.status, full.computedDesiredCount], ["PRIMARY", 2])
  const { taskSets } = await run("describe-task-sets", ...of, "--task-sets", arn)
  assert.deepEqual(taskSets[0]?.scale, { value: 100, unit: "PERCENT" })
  const { taskSet: last } = await run("delete-task-set", ...of, "--task-set", arn, "--force")
  assert.equal(last.status, "DRAINING")
})
