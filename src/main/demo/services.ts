// The demo's second half: a service on two EC2 instances that stays alive, moves, and survives a bad deployment.
import assert from "node:assert/strict"
import type { Clock } from "../../kernel/index.ts"
import type { createAwsClient } from "../../wire/index.ts"
import { refuseApart } from "./apart.ts"
import { answered, fetchText } from "./fetch.ts"
import { NotHere, type Step } from "./step.ts"
import { untilBy } from "./until.ts"

type Client<S extends "ecs" | "ec2"> = ReturnType<typeof createAwsClient<S>>

export interface ServiceSurroundings {
  readonly ecs: Client<"ecs">
  readonly ec2: Client<"ec2">
  readonly clock: Clock
  readonly simulated: boolean
  /** The image of the app, which ends when `/exit` is asked. */
  readonly image: string
  readonly endpoint: string
  /** What else is done while the instances are there. */
  readonly between: readonly (Step & { readonly real?: true })[]
}

const cluster = "demo"
const service = "web"
const wanted = 4
const userData = Buffer.from(`#!/bin/bash\necho ECS_CLUSTER=${cluster} >> /etc/ecs/ecs.config\n`).toString("base64")

/** Succeeds when the app answers. */
const check = [
  "CMD",
  "/usr/bin/node",
  "-e",
  "fetch('http://127.0.0.1:8080/alive').then(() => process.exit(0), () => process.exit(1))",
]

/** See the head of the file; `real` steps need containers with processes in them. */
export const serviceSteps = (around: ServiceSurroundings): readonly (Step & { readonly real?: true })[] => {
  const { ecs, ec2, clock, simulated, image, endpoint, between } = around
  let instances: readonly string[] = []
  let drained = ""
  /** Why there are no instances here; everything after them is then left out too. */
  let without: string | undefined

  const until = untilBy(clock)
  const described = async () => {
    const { services } = await ecs("DescribeServices", { cluster, services: [service] })
    const [found] = services ?? []
    assert.ok(found, "the service is known")
    return found
  }
  const tasks = async () => {
    const { taskArns } = await ecs("ListTasks", { cluster, serviceName: service })
    const { tasks: found } = taskArns?.length ? await ecs("DescribeTasks", { cluster, tasks: taskArns }) : { tasks: [] }
    return (found ?? []).filter((task) => task.lastStatus === "RUNNING")
  }
  const completed = () =>
    until(
      async () => {
        const { deployments = [], runningCount } = await described()
        const isDone =
          deployments.length === 1 && deployments[0]?.rolloutState === "COMPLETED" && runningCount === wanted
        return isDone ? deployments[0] : undefined
      },
      () => "the deployment does not complete",
    )
  /** `address:port` of each task, by the address of its instance. */
  const places = async (): Promise<readonly string[]> => {
    const { containerInstances } = await ecs("DescribeContainerInstances", {
      cluster,
      containerInstances: (await ecs("ListContainerInstances", { cluster })).containerInstanceArns,
    })
    const { Reservations } = await ec2("DescribeInstances", { InstanceIds: [...instances] })
    const addresses = new Map(
      Reservations?.flatMap(({ Instances }) => Instances ?? []).map((one) => [one.InstanceId, one.PrivateIpAddress]),
    )
    const hosts = new Map(
      containerInstances?.map((one) => [one.containerInstanceArn, addresses.get(one.ec2InstanceId)]),
    )
    return (await tasks()).map(
      (task) => `${hosts.get(task.containerInstanceArn)}:${task.containers?.[0]?.networkBindings?.[0]?.hostPort}`,
    )
  }
  const register = async (image: string) => {
    const { taskDefinition } = await ecs("RegisterTaskDefinition", {
      family: service,
      containerDefinitions: [
        {
          name: "app",
          image,
          command: ["/app/app.mjs"],
          memory: 128,
          portMappings: [{ containerPort: 8080 }],
          healthCheck: { command: check, interval: 5, retries: 3 },
          ...(simulated && { environment: [{ name: "ROADSTEAD_SIM_HEALTH", value: "healthy" }] }),
        },
      ],
    })
    return taskDefinition?.taskDefinitionArn ?? ""
  }

  const steps: (Step & { readonly real?: true })[] = [
    {
      name: "start two EC2 instances, whose user data names the cluster",
      run: async () => {
        const { Instances } = await ec2("RunInstances", {
          ImageId: "ami-ecs",
          InstanceType: "t3.medium",
          MinCount: 2,
          MaxCount: 2,
          UserData: userData,
        })
        instances = (Instances ?? []).map((one) => one.InstanceId ?? "")
        const joined = await until(
          async () => {
            const { Reservations } = await ec2("DescribeInstances", { InstanceIds: [...instances] })
            const dead = Reservations?.flatMap((one) => one.Instances ?? []).find(
              (one) => one.State?.Name === "terminated",
            )
            if (dead) without = `EC2 instances cannot be made here: ${dead.StateReason?.Message ?? "no reason"}`
            if (without !== undefined) throw new NotHere(without)
            const { containerInstanceArns } = await ecs("ListContainerInstances", {
              cluster,
              filter: "agentConnected == true",
            })
            return containerInstanceArns?.length === 2 ? containerInstanceArns : undefined
          },
          () => "the instances do not join the cluster",
        )
        return `${instances.join(", ")} joined as ${joined.map((arn) => arn.slice(-8)).join(", ")}`
      },
    },
    {
      name: "create a service of four tasks with dynamic host ports over both",
      run: async () => {
        await ecs("CreateService", {
          cluster,
          serviceName: service,
          taskDefinition: await register(image),
          desiredCount: wanted,
          launchType: "EC2",
          deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
        })
        await completed()
        const hosts = new Set((await tasks()).map((task) => task.containerInstanceArn))
        assert.equal(hosts.size, 2, "both instances have tasks")
        return `4 tasks on ${hosts.size} instances`
      },
    },
    {
      name: "reach each task at its instance's address and port",
      real: true,
      run: async () => {
        await refuseApart(endpoint)
        const at = await places()
        for (const place of at) assert.equal(await answered(clock, `http://${place}/alive`), "alive")
        assert.equal(new Set(at).size, wanted)
        return at.join(", ")
      },
    },
    {
      name: "kill a container: it is replaced",
      real: true,
      run: async () => {
        await refuseApart(endpoint)
        const before = new Set((await tasks()).map((task) => task.taskArn))
        const [victim = ""] = await places()
        const killed = clock.now()
        await fetchText(`http://${victim}/exit`).catch(() => "it ends before it answers")
        const replacement = await until(
          async () => {
            const now = await tasks()
            return now.length === wanted ? now.find((task) => !before.has(task.taskArn)) : undefined
          },
          () => "nothing takes its place",
        )
        return `${replacement.taskArn} runs ${((clock.now() - killed) / 1000).toFixed(2)} s later`
      },
    },
    {
      name: "drain an instance: its tasks move, and never fewer than the minimum run",
      run: async () => {
        await completed()
        drained = (await tasks())[0]?.containerInstanceArn ?? ""
        await ecs("UpdateContainerInstancesState", { cluster, containerInstances: [drained], status: "DRAINING" })
        let fewest = wanted
        await until(
          async () => {
            const now = await tasks()
            fewest = Math.min(fewest, now.length)
            const left = now.filter((task) => task.containerInstanceArn === drained)
            return left.length === 0 && now.length === wanted ? true : undefined
          },
          () => "its tasks do not move",
        )
        assert.equal(fewest, wanted, `only ${fewest} tasks ran for a while`)
        return `${drained.slice(-8)} is empty; never fewer than ${fewest} tasks ran`
      },
    },
    {
      name: "deploy a revision that cannot start: the circuit breaker rolls back",
      real: true,
      run: async () => {
        await ecs("UpdateContainerInstancesState", { cluster, containerInstances: [drained], status: "ACTIVE" })
        const good = await completed()
        const bad = await register("roadstead-demo:there-is-no-such-image")
        await ecs("UpdateService", { cluster, service, taskDefinition: bad })
        const back = await until(
          async () => {
            const { serviceDeployments } = await ecs("ListServiceDeployments", { cluster, service })
            return serviceDeployments?.find(({ status }) => status === "ROLLBACK_SUCCESSFUL")
          },
          () => "it is not rolled back",
        )
        const now = await completed()
        assert.equal(now.taskDefinition, good.taskDefinition)
        return `${back.statusReason}`
      },
    },
    {
      name: "show the service's events",
      run: async () => {
        const { events = [] } = await described()
        assert.ok(events.some(({ message }) => message === `(service ${service}) has reached a steady state.`))
        return events
          .slice(0, 6)
          .map(({ message }) => message)
          .join("\n        ")
      },
    },
    ...between,
    {
      name: "delete the service and terminate the instances",
      run: async () => {
        await ecs("DeleteService", { cluster, service, force: true })
        await ec2("TerminateInstances", { InstanceIds: [...instances] })
        await until(
          async () => {
            const { containerInstanceArns } = await ecs("ListContainerInstances", { cluster })
            return containerInstanceArns?.length === 0 && (await described()).status === "INACTIVE" ? true : undefined
          },
          () => "the service or the instances stay",
        )
        return "no task and no instance is left"
      },
    },
  ]
  return steps.map((step) => ({
    ...step,
    run: async () => {
      if (without !== undefined) throw new NotHere(without)
      return step.run()
    },
  }))
}
