// What is answered of services, their deployments and revisions, beside the examples that AWS publishes
// (test/golden/ecs/services.json): a service like theirs, every member that they show, and each of its kind.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { fargateDefinition, subnets, vpc } from "../support/ecs-harness.ts"
import { serviceWorld } from "../support/service-world.ts"

interface Golden {
  readonly source: string
  /** Members of the example that are not there, and why. */
  readonly lacks: Readonly<Record<string, string>>
  readonly answer: object
}
const goldens = JSON.parse(readFileSync(new URL("../golden/ecs/services.json", import.meta.url), "utf8")) as Readonly<
  Record<string, Golden>
>

/** `path kind` of every member, with lists looked into; times are of one kind in every form. */
const shapeOf = (value: unknown, path = ""): readonly string[] => {
  if (path.endsWith("At")) return [`${path} time`]
  if (Array.isArray(value)) return [`${path} list`, ...value.flatMap((one) => shapeOf(one, path))]
  if (typeof value !== "object" || value === null) return [`${path} ${formOf(value)}`]
  return Object.entries(value).flatMap(([name, member]) => shapeOf(member, path === "" ? name : `${path}.${name}`))
}

/** ARNs by what they name, and words that AWS wrote in capitals by themselves. */
const formOf = (value: unknown): string => {
  if (typeof value !== "string") return typeof value
  const arn = /^arn:aws:(\w+):[a-z0-9-]+:\d{12}:([a-z-]+)\//.exec(value)
  if (arn) return `arn of a ${arn[2]}`
  return /^[A-Z_]+$/.test(value) ? value : "text"
}

/** The same service as in the examples, when it is steady. */
const exampleWorld = async () => {
  const world = await serviceWorld()
  const container = { name: "aws-otel-collector", image: "public.ecr.aws/aws-observability/aws-otel-collector:v0.32.0" }
  await world.call(
    "RegisterTaskDefinition",
    fargateDefinition({ family: "webserver", containerDefinitions: [container] }),
  )
  await world.call("PutClusterCapacityProviders", {
    cluster: "default",
    capacityProviders: ["FARGATE"],
    defaultCapacityProviderStrategy: [],
  })
  await world.call("CreateService", {
    serviceName: "web",
    taskDefinition: "webserver",
    desiredCount: 1,
    capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1, base: 0 }],
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: subnets.slice(0, 2),
        securityGroups: [vpc.securityGroup.id],
        assignPublicIp: "ENABLED",
      },
    },
  })
  const [task] = world.live()
  assert.ok(task)
  const containers = {
    "aws-otel-collector": { status: "RUNNING" as const, imageDigest: `sha256:${"1".repeat(64)}` },
  }
  world.patchTask(task.arn, {
    lastStatus: "RUNNING",
    startedAt: world.clock.now(),
    observed: { ...task.observed, containers },
  })
  await world.clock.advance(40_000)
  return world
}

test("services, deployments and revisions are answered with the members of AWS's examples", async () => {
  const world = await exampleWorld()
  const service = await world.service()
  const serviceDeploymentArns = [service.currentServiceDeployment ?? ""]
  const serviceRevisionArns = [service.currentServiceRevisions?.[0]?.arn ?? ""]
  const answers: Readonly<Record<string, object>> = {
    DescribeServices: await world.call("DescribeServices", { services: ["web"] }),
    ListServiceDeployments: await world.call("ListServiceDeployments", { service: "web" }),
    DescribeServiceDeployments: await world.call("DescribeServiceDeployments", { serviceDeploymentArns }),
    DescribeServiceRevisions: await world.call("DescribeServiceRevisions", { serviceRevisionArns }),
  }
  assert.deepEqual(Object.keys(answers), Object.keys(goldens))
  for (const [operation, { answer, lacks }] of Object.entries(goldens)) {
    const ours = new Set(shapeOf(answers[operation]))
    const missing = new Set(shapeOf(answer).filter((one) => !ours.has(one)))
    const unexpected = [...missing].filter(
      (one) => !Object.keys(lacks).some((path) => one.startsWith(`${path} `) || one.startsWith(`${path}.`)),
    )
    assert.deepEqual(unexpected, [], operation)
    // What is said to be absent is.
    for (const path of Object.keys(lacks)) assert.ok(![...ours].some((one) => one.startsWith(path)), path)
  }
})
