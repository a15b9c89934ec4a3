// The demo's part about who may do what: an image from the registry, two tasks of it under different roles, a secret, and an
// instance whose profile may not join.
import assert from "node:assert/strict"
import { type Docker, readProgress, registryAuthHeader, tagImage } from "../../docker/index.ts"
import type { Clock } from "../../kernel/index.ts"
import type { createAwsClient } from "../../wire/index.ts"
import { NotHere, type Step } from "./step.ts"
import { untilBy } from "./until.ts"

type Service = "ecs" | "ec2" | "ecr" | "iam" | "logs" | "secretsmanager"
type Client<S extends Service> = ReturnType<typeof createAwsClient<S>>

export interface RoleSurroundings {
  readonly clients: { readonly [S in Service]: Client<S> }
  readonly clock: Clock
  /** The engine that the user pushes with. */
  readonly docker: () => Docker
  /** `127.0.0.1:4566`. */
  readonly host: string
  readonly account: string
  readonly region: string
  /** The image on the engine. */
  readonly image: string
  readonly subnet: () => string
  readonly logGroup: string
}

const cluster = "demo"
const motto = "no lie in the lee"
/** Makes the call the same one however often it is sent. SDKs make one up. */
const ClientRequestToken = "d0000000-0000-4000-8000-000000000000"
const managed = (name: string) => `arn:aws:iam::aws:policy/service-role/${name}`

const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  })

const allow = (Action: string, Resource: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] })

/** A role of the demo's tasks; what it may do, if anything. */
export const demoRole = async (iam: Client<"iam">, RoleName: string, service = "ecs-tasks.amazonaws.com") => {
  const { Role } = await iam("CreateRole", { RoleName, AssumeRolePolicyDocument: trust(service) })
  return Role?.Arn ?? ""
}

/** See the head of the file. All steps need containers with processes in them. */
export const roleSteps = (around: RoleSurroundings): readonly Step[] => {
  const { clock, account, region, logGroup } = around
  const { ecs, ec2, ecr, iam, logs, secretsmanager } = around.clients
  const arnOf = (role: string) => `arn:aws:iam::${account}:role/${role}`
  let image = ""
  let secret = ""

  const until = untilBy(clock)

  /** Runs a task of the image under a role; answers the lines that it wrote. */
  const ask = async (role: string): Promise<readonly string[]> => {
    const options = { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": role }
    await ecs("RegisterTaskDefinition", {
      ...{ family: role, networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
      taskRoleArn: arnOf(role),
      executionRoleArn: arnOf("demo-execution"),
      containerDefinitions: [
        {
          ...{ name: "caller", image, command: ["/app/caller.mjs"] },
          secrets: [{ name: "MOTTO", valueFrom: `${secret}:motto::` }],
          logConfiguration: { logDriver: "awslogs", options },
        },
      ],
    })
    const { tasks } = await ecs("RunTask", {
      ...{ cluster, taskDefinition: role, launchType: "FARGATE" },
      networkConfiguration: { awsvpcConfiguration: { subnets: [around.subnet()] } },
    })
    const task = tasks?.[0]?.taskArn ?? ""
    const stopped = await until(
      async () => {
        const found = (await ecs("DescribeTasks", { cluster, tasks: [task] })).tasks?.[0]
        return found?.lastStatus === "STOPPED" ? found : undefined
      },
      () => `the task under the role ${role} does not end`,
    )
    assert.equal(stopped.containers?.[0]?.exitCode, 0, stopped.stoppedReason)
    assert.ok(!JSON.stringify(stopped).includes(motto), "the secret is in no description")
    const logStreamName = `${role}/caller/${task.slice(task.lastIndexOf("/") + 1)}`
    const { events } = await logs("GetLogEvents", { logGroupName: logGroup, logStreamName, startFromHead: true })
    return (events ?? []).map((event) => event.message ?? "")
  }

  return [
    {
      name: "push the image into a repository of ECR, and take it off this machine",
      run: async () => {
        const { repository } = await ecr("CreateRepository", { repositoryName: "demo" })
        const { authorizationData } = await ecr("GetAuthorizationToken", {})
        const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64").toString()
        const [username = "", password = ""] = [token.slice(0, token.indexOf(":")), token.slice(token.indexOf(":") + 1)]
        const docker = around.docker()
        const pushed = `${around.host}/demo`
        await tagImage(docker, around.image, { repository: pushed, tag: "latest" })
        const headers = { "X-Registry-Auth": registryAuthHeader({ username, password }) }
        try {
          await readProgress(
            await docker.stream("POST", `/images/${pushed}/push`, { query: { tag: "latest" }, headers }),
          )
        } catch (thrown) {
          if (!/connection refused|no route|i\/o timeout/i.test(String(thrown))) throw thrown
          image = around.image
          throw new NotHere(`The engine cannot reach ${around.host}: the tasks below take the image as it is.`)
        } finally {
          await docker.request("DELETE", `/images/${pushed}:latest`, { query: { force: true } })
        }
        image = `${repository?.repositoryUri}:latest`
        const { imageDetails } = await ecr("DescribeImages", { repositoryName: "demo" })
        return `${image} ${imageDetails?.[0]?.imageDigest?.slice(0, 19)}`
      },
    },
    {
      name: "make two roles, of which one may list clusters, and a secret for both",
      run: async () => {
        for (const role of ["demo-may", "demo-may-not"]) await demoRole(iam, role)
        const PolicyDocument = allow("ecs:ListClusters", "*")
        await iam("PutRolePolicy", { RoleName: "demo-may", PolicyName: "clusters", PolicyDocument })
        const SecretString = JSON.stringify({ motto })
        const { ARN = "" } = await secretsmanager("CreateSecret", { Name: "demo", SecretString, ClientRequestToken })
        secret = ARN
        const Statement = allow("secretsmanager:GetSecretValue", secret)
        await iam("PutRolePolicy", { RoleName: "demo-execution", PolicyName: "secret", PolicyDocument: Statement })
        return `${arnOf("demo-may")}, ${arnOf("demo-may-not")}, ${secret}`
      },
    },
    {
      name: "run two tasks of that image: one role is allowed the call, the other is not, and both have the secret",
      run: async () => {
        const [allowed, denied] = await Promise.all([ask("demo-may"), ask("demo-may-not")])
        assert.deepEqual(allowed, ["allowed: 1 clusters", `the secret motto: ${motto}`])
        assert.match(
          denied[0] ?? "",
          /AccessDeniedException: User: arn:aws:sts::\d{12}:assumed-role\/demo-may-not\/[0-9a-f]{32} is not authorized to perform: ecs:ListClusters/,
        )
        assert.equal(denied[1], allowed[1])
        return [...allowed, denied[0]].join("\n        ")
      },
    },
    {
      name: "start an EC2 instance whose profile may not join: it does, as soon as it gets another",
      run: async () => {
        for (const role of ["demo-powerless", "demo-instance"]) {
          await demoRole(iam, role, "ec2.amazonaws.com")
          await iam("CreateInstanceProfile", { InstanceProfileName: role })
          await iam("AddRoleToInstanceProfile", { InstanceProfileName: role, RoleName: role })
        }
        const PolicyArn = managed("AmazonEC2ContainerServiceforEC2Role")
        await iam("AttachRolePolicy", { RoleName: "demo-instance", PolicyArn })
        const { Instances } = await ec2("RunInstances", {
          ...{ ImageId: "ami-ecs", InstanceType: "t3.small", MinCount: 1, MaxCount: 1 },
          IamInstanceProfile: { Name: "demo-powerless" },
          UserData: Buffer.from(`#!/bin/bash\necho ECS_CLUSTER=${cluster} >> /etc/ecs/ecs.config\n`).toString("base64"),
        })
        const id = Instances?.[0]?.InstanceId ?? ""
        const members = async () => (await ecs("ListContainerInstances", { cluster })).containerInstanceArns ?? []
        try {
          await until(
            async () => {
              const found = (await ec2("DescribeInstances", { InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0]
              if (found?.State?.Name !== "terminated") return found?.State?.Name === "running" ? true : undefined
              throw new NotHere(`EC2 instances cannot be made here: ${found.StateReason?.Message ?? "no reason"}`)
            },
            () => "the instance does not run",
          )
          const { EvaluationResults } = await iam("SimulatePrincipalPolicy", {
            PolicySourceArn: arnOf("demo-powerless"),
            ActionNames: ["ecs:RegisterContainerInstance"],
          })
          assert.equal(EvaluationResults?.[0]?.EvalDecision, "implicitDeny")
          assert.deepEqual(await members(), [], "it has not joined")
          const { IamInstanceProfileAssociations: known } = await ec2("DescribeIamInstanceProfileAssociations", {
            Filters: [{ Name: "instance-id", Values: [id] }],
          })
          await ec2("ReplaceIamInstanceProfileAssociation", {
            AssociationId: known?.[0]?.AssociationId,
            IamInstanceProfile: { Name: "demo-instance" },
          })
          const joined = await until(
            async () => (await members())[0],
            () => "it does not join with the other profile either",
          )
          return `${id} was denied ecs:RegisterContainerInstance, and then joined as ${joined.slice(-8)}`
        } finally {
          await ec2("TerminateInstances", { InstanceIds: [id] })
          await until(
            async () => ((await members()).length === 0 ? true : undefined),
            () => "the instance stays",
          )
        }
      },
    },
  ]
}

/** What the execution role of the demo may do from its first day: pull, and write logs. */
export const executionPolicy = managed("AmazonECSTaskExecutionRolePolicy")
