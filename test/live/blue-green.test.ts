// A service behind a load balancer is deployed with a canary, and a deployment is taken back, on real containers under load:
// not one request fails, whichever way traffic goes.
import assert from "node:assert/strict"
import { Agent, request } from "node:http"
import { test } from "node:test"
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2"
import {
  CreateServiceCommand,
  DescribeServiceDeploymentsCommand,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs"
import { CreateRuleCommand, ModifyTargetGroupAttributesCommand } from "@aws-sdk/client-elastic-load-balancing-v2"
import { ask, askFor200, eventually } from "../support/live-balancers.ts"
import { liveTraffic, webServer } from "../support/live-traffic.ts"

// A minute of AWS is three seconds.
const { user, balancers } = await liveTraffic(import.meta.filename, { options: ["--time-scale", "20"] })

const serving = (words: string) => user.register([webServer(words, "app")])

await user.createCluster()
const blue = await serving("blue")
const green = await serving("green")
const [first, other] = [await balancers.group("first", 8080, []), await balancers.group("other", 8080, [])]
for (const TargetGroupArn of [first, other]) {
  const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "60" }]
  await balancers.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))
}
const front = await balancers.balancer("front")
const rule = async (port: number, group: string): Promise<string> => {
  const ListenerArn = await balancers.listener(front.arn, port, group)
  const { Rules } = await balancers.elb.send(
    new CreateRuleCommand({
      ...{ ListenerArn, Priority: 1 },
      Conditions: [{ Field: "path-pattern", Values: ["/*"] }],
      Actions: [{ Type: "forward", TargetGroupArn: group }],
    }),
  )
  return Rules?.[0]?.RuleArn ?? ""
}
const [production, testing] = [await rule(80, first), await rule(8090, other)]
const { Subnets = [] } = await user.ec2.send(new DescribeSubnetsCommand({}))

const deployment = async (): Promise<ServiceDeployment> => {
  const { serviceDeployments: [newest] = [] } = await user.ecs.send(
    new ListServiceDeploymentsCommand({ service: "web" }),
  )
  const { serviceDeployments } = await user.ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [newest?.serviceDeploymentArn ?? ""] }),
  )
  return serviceDeployments?.[0] ?? assert.fail("no deployment")
}
const until = (what: string, when: (seen: ServiceDeployment) => boolean) =>
  eventually(what, async () => {
    const seen = await deployment()
    return when(seen) ? seen : undefined
  })

/** Asks again and again, on new connections and on one that is kept, until it is told to stop; what came of it. */
const load = () => {
  const answers: string[] = []
  let over = false
  const work = async (agent: Agent | false) => {
    while (!over) {
      answers.push(
        await new Promise<string>((resolve) => {
          const asked = request({ host: "127.0.0.1", port: 80, headers: { host: front.name }, agent }, (answer) => {
            let body = ""
            answer.setEncoding("utf8")
            answer.on("data", (chunk: string) => (body += chunk))
            answer.on("end", () => resolve(`${answer.statusCode} ${body.trim()}`))
            answer.on("error", (error) => resolve(String(error)))
          })
          asked.on("error", (error) => resolve(String(error)))
          asked.end()
        }),
      )
    }
  }
  const kept = new Agent({ keepAlive: true, maxSockets: 1 })
  const working = Promise.all([work(false), work(kept)])
  return {
    answers,
    stop: async (): Promise<readonly string[]> => {
      over = true
      await working
      kept.destroy()
      return [...new Set(answers)].sort()
    },
  }
}

await user.ecs.send(
  new CreateServiceCommand({
    ...{ serviceName: "web", taskDefinition: blue, desiredCount: 2, launchType: "FARGATE" },
    networkConfiguration: {
      awsvpcConfiguration: { subnets: Subnets.slice(0, 2).map(({ SubnetId = "" }) => SubnetId) },
    },
    loadBalancers: [
      {
        ...{ targetGroupArn: first, containerName: "app", containerPort: 8080 },
        advancedConfiguration: {
          alternateTargetGroupArn: other,
          productionListenerRule: production,
          testListenerRule: testing,
          roleArn: "arn:aws:iam::000000000000:role/infrastructure",
        },
      },
    ],
    deploymentConfiguration: {
      strategy: "CANARY",
      canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 1 },
      bakeTimeInMinutes: 1,
    },
  }),
)
await until("the first deployment ends", ({ status }) => status === "SUCCESSFUL")
await eventually("blue answers", () => askFor200("127.0.0.1", 80, front.name))

test("a canary is deployed under load, and no request fails", async () => {
  const asking = load()
  await eventually("requests are answered", async () => (asking.answers.length > 10 ? true : undefined))
  await user.ecs.send(new UpdateServiceCommand({ service: "web", taskDefinition: green }))
  await until("green gets test traffic", ({ targetServiceRevision: t }) => t?.requestedTestTrafficWeight === 100)
  await eventually("the test listener answers for green", async () => {
    const answer = await ask("127.0.0.1", 8090, front.name).catch(() => undefined)
    return answer?.body === "green\n" ? true : undefined
  })
  await until("it ends", ({ status }) => status !== "IN_PROGRESS")
  assert.equal((await deployment()).status, "SUCCESSFUL")
  const before = asking.answers.length
  await eventually("requests go on", async () => (asking.answers.length > before + 20 ? true : undefined))
  assert.deepEqual(await asking.stop(), ["200 blue", "200 green"])
  assert.equal(asking.answers.at(-1), "200 green")
})

test("a deployment that is stopped while it bakes gives its traffic back, and no request fails", async () => {
  const asking = load()
  // It is not to end before it is stopped, however busy the machine is.
  const deploymentConfiguration = { bakeTimeInMinutes: 600 }
  await user.ecs.send(new UpdateServiceCommand({ service: "web", taskDefinition: blue, deploymentConfiguration }))
  const { serviceDeploymentArn } = await until(
    "all traffic is shifted",
    ({ targetServiceRevision: target }) => target?.requestedProductionTrafficWeight === 100,
  )
  await user.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: "ROLLBACK" }))
  await until("it is rolled back", ({ status }) => status === "ROLLBACK_SUCCESSFUL")
  const before = asking.answers.length
  await eventually("requests go on", async () => (asking.answers.length > before + 20 ? true : undefined))
  const seen = await asking.stop()
  assert.ok(
    seen.every((answer) => answer === "200 blue" || answer === "200 green"),
    seen.join(),
  )
  assert.equal(asking.answers.at(-1), "200 green")
})
