// Deployments that shift traffic as the AWS SDK sees them over the wire: what is shown of configuration, stages, weights and
// hooks, and errors by their names. How traffic moves is tried in test/scenario/traffic-shifts.test.ts.
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
  const own = controllers({ account, region })
  runner = startControllers({ state, gate, clock: realClock, log: silentLog, controllers: own })
  await client.send(new ecs.CreateClusterCommand({}))
  await client.send(
    new ecs.RegisterTaskDefinitionCommand({
      family: "web",
      containerDefinitions: [{ name: "app", image: "app:1", cpu: 10, memory: 16 }],
    }),
  )
})
after(async () => {
  await runner.stop()
  await aws.close()
})

const pause: ecs.DeploymentLifecycleHook = {
  targetType: "PAUSE",
  lifecycleStages: ["PRE_SCALE_UP"],
  timeoutConfiguration: { timeoutInMinutes: 60, action: "ROLLBACK" },
}
const create = (serviceName: string, deploymentConfiguration: ecs.DeploymentConfiguration) =>
  aws.client.send(
    new ecs.CreateServiceCommand({
      ...{ serviceName, taskDefinition: "web", desiredCount: 0, launchType: "EC2" },
      deploymentConfiguration,
    }),
  )

/** The deployment of a service once it is so; the controllers are asked nothing, they get there. */
const deployment = async (service: string, isSo: (seen: ecs.ServiceDeployment) => boolean) => {
  const { serviceDeployments } = await aws.client.send(new ecs.ListServiceDeploymentsCommand({ service }))
  const arn = serviceDeployments?.[0]?.serviceDeploymentArn ?? assert.fail("no deployment")
  for (;;) {
    const { serviceDeployments: found } = await aws.client.send(
      new ecs.DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }),
    )
    const seen = found?.[0] ?? assert.fail("no deployment")
    if (isSo(seen)) return seen
  }
}

test("configuration, stage, weights and a hook are shown as the SDK types them, and the hook is answered once", async () => {
  const { service } = await create("paused", { strategy: "BLUE_GREEN", bakeTimeInMinutes: 3, lifecycleHooks: [pause] })
  assert.equal(service?.deploymentConfiguration?.strategy, "BLUE_GREEN")
  assert.deepEqual(service?.deploymentConfiguration?.lifecycleHooks, [pause])
  const waiting = await deployment("paused", ({ lifecycleHookDetails: hooks }) => hooks?.[0] !== undefined)
  assert.equal(waiting.lifecycleStage, "PRE_SCALE_UP")
  const [hook] = waiting.lifecycleHookDetails ?? []
  assert.match(hook?.hookId ?? "", /^ecs-pause-/)
  assert.deepEqual([hook?.targetType, hook?.status, hook?.timeoutAction], ["PAUSE", "AWAITING_ACTION", "ROLLBACK"])
  assert.ok(hook?.expiresAt instanceof Date)
  const { targetServiceRevision: target } = waiting
  assert.deepEqual([target?.requestedProductionTrafficWeight, target?.requestedTestTrafficWeight], [0, 0])
  const answer = new ecs.ContinueServiceDeploymentCommand({
    serviceDeploymentArn: waiting.serviceDeploymentArn,
    hookId: hook?.hookId,
    action: "CONTINUE",
  })
  assert.equal((await aws.client.send(answer)).serviceDeploymentArn, waiting.serviceDeploymentArn)
  const again = await errorOf(aws.client.send(answer))
  assert.equal(again.name, "InvalidParameterException")
  const done = await deployment("paused", ({ status }) => status !== "IN_PROGRESS")
  assert.deepEqual([done.status, done.targetServiceRevision?.requestedProductionTrafficWeight], ["SUCCESSFUL", 100])
  assert.equal(done.lifecycleHookDetails?.[0]?.status, "SUCCEEDED")
})

test("hooks that are not there, and deployments that are not, are refused by name", async () => {
  const send = (serviceDeploymentArn: string, hookId: string) =>
    errorOf(aws.client.send(new ecs.ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId })))
  const unknown = `arn:aws:ecs:${region}:${account}:service-deployment/default/none/x`
  assert.equal((await send(unknown, "ecs-pause-1")).name, "ServiceDeploymentNotFoundException")
  const malformed = await send(unknown, "pause")
  assert.equal(malformed.message, "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}")
})

test("shares are told with ECS's defaults, and need something that carries traffic", async () => {
  const refused = await errorOf(create("linear", { strategy: "LINEAR" }))
  assert.equal(refused.name, "InvalidParameterException")
  const lambda = {
    hookTargetArn: `arn:aws:lambda:${region}:${account}:function:check`,
    lifecycleStages: ["POST_SCALE_UP" as const],
  }
  const hooked = await errorOf(create("hooked", { strategy: "BLUE_GREEN", lifecycleHooks: [lambda] }))
  assert.equal(hooked.name, "InvalidParameterException")
  assert.match(hooked.message, /Roadstead has no AWS Lambda/)
  const { service } = await create("plain", { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 })
  assert.equal(service?.deploymentConfiguration?.canaryConfiguration, undefined)
})
