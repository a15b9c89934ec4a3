// The demo's journey: what is done, and what must be seen after each step. Each step throws when it sees something else.
import assert from "node:assert/strict"
import { createDocker } from "../../docker/index.ts"
import { type Clock, delay } from "../../kernel/index.ts"
import { nodeImage } from "../../machines/index.ts"
import { createAwsClient } from "../../wire/index.ts"
import { refuseApart } from "./apart.ts"
import { app, healthCheck, sidecar } from "./app.ts"
import { caller } from "./caller.ts"
import { answered, fetchText, patience } from "./fetch.ts"
import { greeter } from "./greeter.ts"
import { demoRole, executionPolicy, roleSteps } from "./roles.ts"
import { serviceSteps } from "./services.ts"
import type { Step } from "./step.ts"
import { trafficSteps } from "./traffic.ts"

/** What the journey goes through. */
export interface Surroundings {
  readonly endpoint: string
  readonly account: string
  readonly region: string
  readonly engine: "docker" | "simulated"
  /** Of the engine; absent when it is simulated. */
  readonly dockerSocket?: string
  readonly clock: Clock
}

const image = "roadstead-demo:latest"
const logGroup = "/demo/app"

/** The steps in order. They share what they find. */
export const journey = (around: Surroundings): readonly Step[] => {
  const { endpoint, account, region, clock } = around
  const credentials = { accessKeyId: account, secretAccessKey: "demo" }
  const ecs = createAwsClient({ service: "ecs", endpoint, credentials, region, clock })
  const ec2 = createAwsClient({ service: "ec2", endpoint, credentials, region, clock })
  const logs = createAwsClient({ service: "logs", endpoint, credentials, region, clock })
  const iam = createAwsClient({ service: "iam", endpoint, credentials, region, clock })
  const ecr = createAwsClient({ service: "ecr", endpoint, credentials, region, clock })
  const secretsmanager = createAwsClient({ service: "secretsmanager", endpoint, credentials, region, clock })
  let subnet = ""
  let task = ""
  let address = ""
  let at = ""
  const asked: string[] = []

  const describe = async () => {
    const { tasks } = await ecs("DescribeTasks", { cluster: "demo", tasks: [task] })
    const [found] = tasks ?? []
    assert.ok(found, "the task is known")
    return found
  }
  const until = async (status: string) => {
    const end = clock.now() + patience
    for (;;) {
      const found = await describe()
      if (found.lastStatus === status) return found
      assert.notEqual(found.lastStatus, "STOPPED", `the task stopped: ${found.stoppedReason}`)
      assert.ok(clock.now() < end, `the task is still ${found.lastStatus}`)
      await delay(clock, 100)
    }
  }
  const simulated = around.engine === "simulated"

  const steps: (Step & { readonly real?: true })[] = [
    {
      name: "make an image from this machine's Node",
      real: true,
      run: async () => {
        await nodeImage(createDocker({ socketPath: around.dockerSocket ?? "" }), {
          name: image,
          files: {
            "/app/app.mjs": app,
            "/app/sidecar.mjs": sidecar,
            "/app/caller.mjs": caller,
            "/app/greeter.mjs": greeter,
          },
        })
        return image
      },
    },
    {
      name: "create a cluster, a log group and an execution role",
      run: async () => {
        const { cluster } = await ecs("CreateCluster", { clusterName: "demo" })
        await logs("CreateLogGroup", { logGroupName: logGroup })
        await demoRole(iam, "demo-execution")
        await iam("AttachRolePolicy", { RoleName: "demo-execution", PolicyArn: executionPolicy })
        return cluster?.clusterArn ?? ""
      },
    },
    {
      name: "find the default VPC",
      run: async () => {
        const { Subnets } = await ec2("DescribeSubnets", { Filters: [{ Name: "default-for-az", Values: ["true"] }] })
        subnet = Subnets?.[0]?.SubnetId ?? ""
        assert.equal(Subnets?.length, 3, "there are three default subnets")
        return `${subnet} ${Subnets[0]?.CidrBlock}`
      },
    },
    {
      name: "register a task definition: an app that waits for a healthy sidecar",
      run: async () => {
        const awslogs = { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "demo" }
        const { taskDefinition } = await ecs("RegisterTaskDefinition", {
          family: "demo",
          requiresCompatibilities: ["FARGATE"],
          networkMode: "awsvpc",
          cpu: "256",
          memory: "512",
          executionRoleArn: `arn:aws:iam::${account}:role/demo-execution`,
          containerDefinitions: [
            {
              name: "settings",
              image,
              command: ["/app/sidecar.mjs"],
              essential: true,
              // A simulated container has no process to ask: its environment says how it is.
              ...(simulated && { environment: [{ name: "ROADSTEAD_SIM_HEALTH", value: "healthy" }] }),
              healthCheck: { command: healthCheck, interval: 5, retries: 10 },
              logConfiguration: { logDriver: "awslogs", options: awslogs },
            },
            {
              name: "app",
              image,
              command: ["/app/app.mjs"],
              essential: true,
              portMappings: [{ containerPort: 8080 }],
              dependsOn: [{ containerName: "settings", condition: "HEALTHY" }],
              logConfiguration: { logDriver: "awslogs", options: awslogs },
            },
          ],
        })
        return taskDefinition?.taskDefinitionArn ?? ""
      },
    },
    {
      name: "run it on Fargate",
      run: async () => {
        const { tasks, failures } = await ecs("RunTask", {
          cluster: "demo",
          taskDefinition: "demo",
          launchType: "FARGATE",
          networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
        })
        assert.deepEqual(failures, [])
        task = tasks?.[0]?.taskArn ?? ""
        return `${task} is ${tasks?.[0]?.lastStatus}`
      },
    },
    {
      name: "wait until it is RUNNING",
      run: async () => {
        const found = await until("RUNNING")
        assert.deepEqual(
          found.containers?.map((c) => c.lastStatus),
          ["RUNNING", "RUNNING"],
        )
        address = found.attachments?.[0]?.details?.find((d) => d.name === "privateIPv4Address")?.value ?? "no address"
        const binding = found.containers?.flatMap((c) => c.networkBindings ?? []).find((b) => b.containerPort === 8080)
        // Where ports are published the engine may have a network of its own, in which the address is.
        at = binding ? `${binding.bindIP}:${binding.hostPort}` : `${address}:8080`
        return `${address}, ${found.containers?.map((c) => `${c.name} ${c.runtimeId?.slice(0, 12)}`).join(", ")}`
      },
    },
    {
      name: "reach the app where the task says that it answers",
      real: true,
      run: async () => {
        await refuseApart(endpoint)
        // RUNNING says that the process runs, not yet that it listens.
        const answer = await answered(clock, `http://${at}/`)
        assert.equal(answer, "The app wishes you fair winds")
        asked.push("asked for /")
        return `${answer} (at ${at})`
      },
    },
    {
      name: "read the task's metadata from inside",
      real: true,
      run: async () => {
        await refuseApart(endpoint)
        const metadata = JSON.parse(await fetchText(`http://${at}/task`)) as Record<string, unknown>
        assert.equal(metadata.TaskARN, task)
        assert.equal(metadata.Family, "demo")
        asked.push("asked for /task")
        return `TaskARN, ${metadata.LaunchType}, ${metadata.AvailabilityZone}`
      },
    },
    {
      name: "read its log through CloudWatch Logs",
      real: true,
      run: async () => {
        const end = clock.now() + patience
        const logStreamName = `demo/app/${task.slice(task.lastIndexOf("/") + 1)}`
        for (;;) {
          const { events } = await logs("GetLogEvents", { logGroupName: logGroup, logStreamName, startFromHead: true })
          const lines = (events ?? []).map((event) => event.message)
          const expected = ["the app starts", "the app listens", ...asked]
          if (lines.length >= expected.length) {
            assert.deepEqual(lines, expected)
            return lines.join(" · ")
          }
          assert.ok(clock.now() < end, `the log holds only ${JSON.stringify(lines)}`)
          await delay(clock, 100)
        }
      },
    },
    {
      name: "stop it",
      run: async () => {
        await ecs("StopTask", { cluster: "demo", task, reason: "The demo is over" })
        const end = clock.now() + patience
        for (;;) {
          const found = await describe()
          if (found.lastStatus === "STOPPED") {
            assert.equal(found.stopCode, "UserInitiated")
            assert.equal(found.stoppedReason, "The demo is over")
            return found.containers?.map((c) => `${c.name} exited with ${c.exitCode}`).join(", ") ?? ""
          }
          assert.ok(clock.now() < end, `the task is still ${found.lastStatus}`)
          await delay(clock, 100)
        }
      },
    },
  ]
  const roles = roleSteps({
    clients: { ecs, ec2, ecr, iam, logs, secretsmanager },
    docker: () => createDocker({ socketPath: around.dockerSocket ?? "" }),
    host: new URL(endpoint).host,
    subnet: () => subnet,
    ...{ clock, account, region, image, logGroup },
  }).map((step) => ({ ...step, real: true as const }))
  const elb = createAwsClient({ service: "elb", endpoint, credentials, region, clock })
  const elbv2 = createAwsClient({ service: "elbv2", endpoint, credentials, region, clock })
  const between = trafficSteps({ ecs, ec2, elb, elbv2, clock, image, endpoint }).map((step) => ({
    ...step,
    real: true as const,
  }))
  const all = [...steps, ...roles, ...serviceSteps({ ecs, ec2, clock, simulated, image, endpoint, between })]
  return all.filter((step) => !(simulated && step.real))
}
