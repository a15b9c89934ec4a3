// The demo's third part: load balancers in front of services on Fargate and on EC2, under load while both deploy a new
// revision; a network and a classic load balancer beside them.
import assert from "node:assert/strict"
import type { Clock } from "../../kernel/index.ts"
import type { createAwsClient } from "../../wire/index.ts"
import { ask, type Door, startLoad } from "./load.ts"
import type { Step } from "./step.ts"
import { untilBy } from "./until.ts"

type Client<S extends "ecs" | "ec2" | "elb" | "elbv2"> = ReturnType<typeof createAwsClient<S>>

export interface TrafficSurroundings {
  readonly ecs: Client<"ecs">
  readonly ec2: Client<"ec2">
  readonly elb: Client<"elb">
  readonly elbv2: Client<"elbv2">
  readonly clock: Clock
  readonly image: string
  readonly endpoint: string
}

const cluster = "demo"
/** Port of the tasks on Fargate, and the fixed port of those behind the classic load balancer. */
const port = 8080
const classicPort = 8081
const drainSeconds = "3"

/** See the head of the file. They run while two EC2 instances are in the cluster. */
export const trafficSteps = (around: TrafficSurroundings): readonly Step[] => {
  const { ecs, ec2, elb, elbv2, clock, image, endpoint } = around
  let subnets: string[] = []
  let vpc = ""
  let application = ""
  let listener = ""
  let door: Door | undefined
  const groups = new Map<string, string>()

  const until = untilBy(clock)
  /** The first way in that answers: by name on this machine's own port, or through the port of the APIs. */
  const doorOf = async (name: string, path: string): Promise<Door> => {
    const api = new URL(endpoint)
    const doors: Door[] = [
      { host: "127.0.0.1", port: 80, name },
      { host: "127.0.0.1", port: Number(api.port), name },
    ]
    return until(
      async () => {
        for (const one of doors) {
          const answer = await ask(one, path).catch(() => undefined)
          if (answer?.status === 200) return one
        }
        return undefined
      },
      () => `${name} does not answer`,
    )
  }
  const group = async (name: string, settings: Partial<Parameters<typeof elbv2<"CreateTargetGroup">>[1]>) => {
    const { TargetGroups } = await elbv2("CreateTargetGroup", {
      Name: name,
      VpcId: vpc,
      Protocol: "HTTP",
      Port: port,
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      ...settings,
    })
    const arn = TargetGroups?.[0]?.TargetGroupArn ?? ""
    await elbv2("ModifyTargetGroupAttributes", {
      TargetGroupArn: arn,
      Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: drainSeconds }],
    })
    groups.set(name, arn)
    return arn
  }
  const balancer = async (Name: string, Type: "application" | "network") => {
    const { LoadBalancers } = await elbv2("CreateLoadBalancer", { Name, Type, Subnets: subnets })
    const arn = LoadBalancers?.[0]?.LoadBalancerArn ?? ""
    return { arn, name: LoadBalancers?.[0]?.DNSName ?? "" }
  }
  const rule = async (Priority: number, path: string, arn: string) => {
    await elbv2("CreateRule", {
      ListenerArn: listener,
      Priority,
      Conditions: [{ Field: "path-pattern", Values: [path] }],
      Actions: [{ Type: "forward", TargetGroupArn: arn }],
    })
  }
  const register = async (family: string, who: string, where: "FARGATE" | "EC2", hostPort = 0) => {
    const listens = hostPort || port
    const { taskDefinition } = await ecs("RegisterTaskDefinition", {
      family,
      ...(where === "FARGATE" && {
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc" as const,
        cpu: "256",
        memory: "512",
      }),
      containerDefinitions: [
        {
          name: "app",
          image,
          command: ["/app/greeter.mjs"],
          ...(where === "EC2" && { memory: 96 }),
          environment: [
            { name: "WHO", value: who },
            { name: "PORT", value: String(listens) },
          ],
          portMappings: [where === "FARGATE" ? { containerPort: listens } : { containerPort: listens, hostPort }],
        },
      ],
    })
    return taskDefinition?.taskDefinitionArn ?? ""
  }
  const create = (
    serviceName: string,
    taskDefinition: string,
    launchType: "FARGATE" | "EC2",
    loadBalancers: readonly object[],
  ) =>
    ecs("CreateService", {
      cluster,
      serviceName,
      taskDefinition,
      launchType,
      desiredCount: 2,
      healthCheckGracePeriodSeconds: 60,
      loadBalancers: loadBalancers.map((one) => ({ containerName: "app", ...one })),
      ...(launchType === "FARGATE" && { networkConfiguration: { awsvpcConfiguration: { subnets } } }),
    })
  const completed = (services: string[]) =>
    until(
      async () => {
        const { services: found = [] } = await ecs("DescribeServices", { cluster, services })
        const done = found.filter(
          ({ deployments = [], runningCount, desiredCount }) =>
            deployments.length === 1 && deployments[0]?.rolloutState !== "IN_PROGRESS" && runningCount === desiredCount,
        )
        return done.length === services.length ? done : undefined
      },
      () => `the deployments of ${services.join(" and ")} do not complete`,
    )

  return [
    {
      name: "create an application load balancer with a rule for each service",
      run: async () => {
        const { Subnets } = await ec2("DescribeSubnets", { Filters: [{ Name: "default-for-az", Values: ["true"] }] })
        subnets = (Subnets ?? []).map((one) => one.SubnetId ?? "")
        vpc = Subnets?.[0]?.VpcId ?? ""
        const made = await balancer("demo", "application")
        application = made.name
        const { Listeners } = await elbv2("CreateListener", {
          LoadBalancerArn: made.arn,
          Protocol: "HTTP",
          Port: 80,
          DefaultActions: [
            {
              Type: "fixed-response",
              FixedResponseConfig: { StatusCode: "404", ContentType: "text/plain", MessageBody: "nobody is here" },
            },
          ],
        })
        listener = Listeners?.[0]?.ListenerArn ?? ""
        await rule(1, "/fargate/*", await group("demo-fargate", { TargetType: "ip" }))
        await rule(2, "/ec2/*", await group("demo-ec2", { TargetType: "instance" }))
        return application
      },
    },
    {
      name: "put a service on Fargate and one on EC2 behind it",
      run: async () => {
        const fargate = await register("greeter-fargate", "fargate-1", "FARGATE")
        await create("fargate", fargate, "FARGATE", [
          { targetGroupArn: groups.get("demo-fargate"), containerPort: port },
        ])
        await create("ec2", await register("greeter-ec2", "ec2-1", "EC2"), "EC2", [
          { targetGroupArn: groups.get("demo-ec2"), containerPort: port },
        ])
        await completed(["fargate", "ec2"])
        door = await doorOf(application, "/fargate/cargo")
        const answers = [await ask(door, "/fargate/cargo"), await ask(door, "/ec2/cargo"), await ask(door, "/nowhere")]
        assert.deepEqual(
          answers.map(({ status, text }) => [status, text]),
          [
            [200, "fargate-1 has /fargate/cargo"],
            [200, "ec2-1 has /ec2/cargo"],
            [404, "nobody is here"],
          ],
        )
        return `${door.name} by port ${door.port}: ${answers.map(({ text }) => text).join(", ")}`
      },
    },
    {
      name: "deploy a new revision of both under load: no request fails",
      run: async () => {
        assert.ok(door)
        const load = startLoad(door, ["/fargate/cargo", "/ec2/cargo"], 8)
        const revisions = [
          ["fargate", await register("greeter-fargate", "fargate-2", "FARGATE")],
          ["ec2", await register("greeter-ec2", "ec2-2", "EC2")],
        ] as const
        for (const [service, taskDefinition] of revisions) {
          await ecs("UpdateService", { cluster, service, taskDefinition })
        }
        await completed(["fargate", "ec2"])
        const { requests, failures, by } = await load.stop()
        assert.deepEqual(failures.slice(0, 5), [], `${failures.length} of ${requests} requests failed`)
        for (const who of ["fargate-1", "fargate-2", "ec2-1", "ec2-2"]) assert.ok(by.get(who), `${who} never answered`)
        const shares = [...by].map(([who, count]) => `${who} ${count}`).join(", ")
        return `${requests} requests, ${failures.length} failed; answered by ${shares}`
      },
    },
    {
      name: "reach a service through a network load balancer",
      run: async () => {
        const { arn, name } = await balancer("demo-net", "network")
        const targets = await group("demo-net", { TargetType: "ip", Protocol: "TCP" })
        await elbv2("CreateListener", {
          LoadBalancerArn: arn,
          Protocol: "TCP",
          Port: 8090,
          DefaultActions: [{ Type: "forward", TargetGroupArn: targets }],
        })
        const definition = await register("greeter-fargate", "net", "FARGATE")
        await create("net", definition, "FARGATE", [{ targetGroupArn: targets, containerPort: port }])
        await completed(["net"])
        const answer = await until(
          () => ask({ host: "127.0.0.1", port: 8090, name }, "/cargo").catch(() => undefined),
          () => `${name} does not answer`,
        )
        assert.deepEqual(answer, { status: 200, text: "net has /cargo" })
        return `${name}:8090: ${answer.text}`
      },
    },
    {
      name: "reach tasks with a fixed host port through a classic load balancer",
      run: async () => {
        const { DNSName: name = "" } = await elb("CreateLoadBalancer", {
          LoadBalancerName: "demo-classic",
          Subnets: subnets,
          Listeners: [{ Protocol: "HTTP", LoadBalancerPort: 80, InstanceProtocol: "HTTP", InstancePort: classicPort }],
        })
        await elb("ConfigureHealthCheck", {
          LoadBalancerName: "demo-classic",
          HealthCheck: {
            Target: `HTTP:${classicPort}/`,
            Interval: 5,
            Timeout: 2,
            HealthyThreshold: 2,
            UnhealthyThreshold: 2,
          },
        })
        await elb("ModifyLoadBalancerAttributes", {
          LoadBalancerName: "demo-classic",
          LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: Number(drainSeconds) } },
        })
        const definition = await register("greeter-classic", "classic", "EC2", classicPort)
        await create("classic", definition, "EC2", [{ loadBalancerName: "demo-classic", containerPort: classicPort }])
        await completed(["classic"])
        const at = await doorOf(name, "/cargo")
        const { text } = await ask(at, "/cargo")
        assert.equal(text, "classic has /cargo")
        return `${name}: ${text}`
      },
    },
    {
      name: "show what the services said, and delete them with their load balancers",
      run: async () => {
        const services = ["fargate", "ec2", "net", "classic"]
        const { services: found = [] } = await ecs("DescribeServices", { cluster, services: ["fargate"] })
        const said = (found[0]?.events ?? []).map(({ message = "" }) => message)
        assert.ok(
          said.some((message) => message.includes("registered 1 targets in (target-group")),
          said.join("\n"),
        )
        for (const service of services) await ecs("DeleteService", { cluster, service, force: true })
        const { LoadBalancers } = await elbv2("DescribeLoadBalancers", {})
        for (const { LoadBalancerArn } of LoadBalancers ?? []) await elbv2("DeleteLoadBalancer", { LoadBalancerArn })
        await elb("DeleteLoadBalancer", { LoadBalancerName: "demo-classic" })
        for (const TargetGroupArn of groups.values()) await elbv2("DeleteTargetGroup", { TargetGroupArn })
        return said.slice(0, 4).join("\n        ")
      },
    },
  ]
}
