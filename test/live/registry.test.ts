// The registry with a real engine: an image is pushed as a user does, taken off the machine, and comes back for tasks that
// name it by its repository's URI, on Fargate and on an EC2 instance.
import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { DescribeSubnetsCommand, RunInstancesCommand } from "@aws-sdk/client-ec2"
import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr"
import {
  type ContainerInstance,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StartTaskCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs"
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam"
import { inspectImage, readProgress, registryAuthHeader, tagImage } from "../../src/docker/index.ts"
import { delay } from "../../src/kernel/index.ts"
import { engineWithImage, fargateUser, image } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { down, type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
let roadstead: RunningRoadstead
let user: ReturnType<typeof fargateUser>
let ecr: ECRClient
/** Where the user's engine reaches the registry. */
let address = ""

before(async () => {
  roadstead = await startUp([
    ...["--port", "4571", "--data", data, "--docker-host", `unix://${engine.socketPath}`, "--log-format", "json"],
  ])
  user = fargateUser(roadstead.endpoint)
  await user.createCluster()
  ecr = new ECRClient({
    endpoint: roadstead.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "000000000000", secretAccessKey: "test" },
  })
  address = new URL(roadstead.endpoint).host
})
after(async () => {
  ecr?.destroy()
  user?.close()
  await roadstead?.stop()
  await down(data)
  docker.close()
})

/** `docker push` with what `aws ecr get-login-password` gives. */
const push = async (repository: string, tag: string, from = image): Promise<void> => {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}))
  const [username, password] = Buffer.from(authorizationData[0]?.authorizationToken ?? "", "base64")
    .toString()
    .split(":")
  const auth = registryAuthHeader({ username: username ?? "", password: password ?? "" })
  const name = `${address}/${repository}`
  await tagImage(docker, from, { repository: name, tag })
  const options = { query: { tag }, headers: { "X-Registry-Auth": auth } }
  await readProgress(await docker.stream("POST", `/images/${name}/push`, options))
  await forget(`${name}:${tag}`)
}

/** Takes a name off the engine. */
const forget = async (name: string): Promise<void> => {
  await docker.request("DELETE", `/images/${name}`, { query: { force: true } })
}

const digestOf = async (repositoryName: string, imageTag: string): Promise<string | undefined> => {
  const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }))
  return imageDetails?.[0]?.imageDigest
}

const echo = (name: string, reference: string) => ({
  name,
  image: reference,
  essential: true,
  command: ["/bin/sh", "-c", "exit 7"],
  memory: 32,
})

test("a Fargate task runs the image that its repository's URI names, and shows its digest", async () => {
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/app" }))
  const uri = repository?.repositoryUri ?? ""
  assert.equal(uri, "000000000000.dkr.ecr.us-east-1.localhost:4571/team/app")
  await push("team/app", "v1")
  const digest = await digestOf("team/app", "v1")
  const task = await user.stopped(await user.start([echo("app", `${uri}:v1`)]))
  const [container] = task.containers ?? []
  assert.deepEqual(
    [container?.exitCode, container?.image, container?.imageDigest],
    [7, `${uri}:v1`, digest],
    JSON.stringify(task),
  )
  assert.ok(await inspectImage(docker, `${uri}:v1`))
  const byDigest = await user.stopped(await user.start([echo("app", `${uri}@${digest}`)]))
  assert.equal(byDigest.containers?.[0]?.exitCode, 7, JSON.stringify(byDigest))
})

test("what is not in the repository cannot be pulled, and the task says why", async () => {
  const uri = "000000000000.dkr.ecr.us-east-1.localhost:4571/team/app"
  const absent = await user.stopped(await user.start([echo("app", `${uri}:none`)]))
  assert.match(absent.stoppedReason ?? "", /CannotPullContainerError: .*team\/app:none.*Requested image not found/)
  const nowhere = await user.stopped(await user.start([echo("app", uri.replace("team/app", "nowhere"))]))
  assert.match(
    nowhere.stoppedReason ?? "",
    /CannotPullContainerError: .*The repository with name 'nowhere' does not exist/,
  )
})

test("a task names it by the address as well, and pulls it with a login of its account", async () => {
  const reference = `${address}/team/app:v1`
  await push("team/app", "v1")
  const task = await user.stopped(await user.start([echo("app", reference)]))
  assert.equal(task.containers?.[0]?.exitCode, 7, JSON.stringify(task))
  assert.equal(task.containers?.[0]?.imageDigest, await digestOf("team/app", "v1"))
})

test("a Fargate task pulls as its execution role, and not without its permission", async () => {
  const iam = new IAMClient({
    endpoint: roadstead.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "000000000000", secretAccessKey: "test" },
  })
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
  })
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: "puller", AssumeRolePolicyDocument: trust }))
  const allow = (...Action: string[]) =>
    iam.send(
      new PutRolePolicyCommand({
        ...{ RoleName: "puller", PolicyName: "pull" },
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action, Resource: "*" }],
        }),
      }),
    )
  const run = async () => {
    const reference = "000000000000.dkr.ecr.us-east-1.localhost:4571/team/app:v1"
    return user.stopped(await user.start([echo("app", reference)], { executionRoleArn: Role?.Arn }))
  }
  assert.match(
    (await run()).stoppedReason ?? "",
    /^ResourceInitializationError: unable to pull secrets or registry auth: .*AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role\/puller\/.* is not authorized to perform: ecr:GetAuthorizationToken on resource: \*/,
  )
  await allow("ecr:GetAuthorizationToken")
  assert.match(
    (await run()).stoppedReason ?? "",
    /^CannotPullContainerError: .* is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:000000000000:repository\/team\/app/,
  )
  await allow("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
  const task = await run()
  assert.equal(task.containers?.[0]?.exitCode, 7, JSON.stringify(task))
  iam.destroy()
})

const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const over = realClock.now() + 90_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (realClock.now() > over)
      throw new Error(`${what} did not come about:\n${roadstead.printed.slice(-30).join("\n")}`)
    await delay(realClock, 100)
  }
}

const member = async (): Promise<ContainerInstance | undefined> => {
  const { containerInstanceArns } = await user.ecs.send(new ListContainerInstancesCommand({}))
  if (!containerInstanceArns?.length) return undefined
  const found = await user.ecs.send(
    new DescribeContainerInstancesCommand({ containerInstances: containerInstanceArns }),
  )
  return found.containerInstances?.find((one) => one.agentConnected === true)
}

test("a task on an EC2 instance gets it onto the instance's own engine", async () => {
  await push("team/app", "v2")
  const digest = await digestOf("team/app", "v2")
  await user.ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-0123456789abcdef0",
      InstanceType: "t3.small",
      MinCount: 1,
      MaxCount: 1,
      UserData: Buffer.from("#!/bin/bash\necho ECS_CLUSTER=default >> /etc/ecs/ecs.config\n").toString("base64"),
    }),
  )
  const { containerInstanceArn = "" } = await until("the instance", member)
  const reference = "000000000000.dkr.ecr.us-east-1.localhost:4571/team/app:v2"
  const { taskDefinition } = await user.ecs.send(
    new RegisterTaskDefinitionCommand({ family: "instance", containerDefinitions: [echo("app", reference)] }),
  )
  const { tasks } = await user.ecs.send(
    new StartTaskCommand({
      taskDefinition: taskDefinition?.taskDefinitionArn ?? "",
      containerInstances: [containerInstanceArn],
    }),
  )
  const task = await user.stopped(tasks?.[0]?.taskArn ?? "")
  const [container] = task.containers ?? []
  assert.deepEqual([container?.exitCode, container?.imageDigest], [7, digest], JSON.stringify(task))
})

/** Another image than the one that is pushed: the same with one more variable. */
const otherImage = async (): Promise<string> => {
  const { body } = await docker.request<{ readonly Id: string }>("POST", "/containers/create", {
    body: { Image: image },
  })
  const query = { container: body.Id, repo: "roadstead-test", tag: "other", changes: "ENV OTHER=yes" }
  await docker.request("POST", "/commit", { query })
  await docker.request("DELETE", `/containers/${body.Id}`)
  return "roadstead-test:other"
}

test("a service's tasks run what its first task has resolved, until the next deployment", async () => {
  const uri = "000000000000.dkr.ecr.us-east-1.localhost:4571/team/app:moving"
  await push("team/app", "moving")
  const first = await digestOf("team/app", "moving")
  const waiting = { ...echo("app", uri), command: ["/bin/sh", "-c", "exec sleep 600"] }
  const taskDefinition = await user.register([waiting])
  const { Subnets = [] } = await user.ec2.send(new DescribeSubnetsCommand({}))
  await user.ecs.send(
    new CreateServiceCommand({
      ...{ serviceName: "moving", taskDefinition, desiredCount: 1 },
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: Subnets.flatMap(({ SubnetId }) => SubnetId ?? []) } },
    }),
  )
  const digests = async (count: number) => {
    const { taskArns = [] } = await user.ecs.send(new ListTasksCommand({ serviceName: "moving" }))
    if (taskArns.length === 0) return undefined
    const { tasks = [] } = await user.ecs.send(new DescribeTasksCommand({ tasks: taskArns }))
    const running = tasks.filter(({ lastStatus }) => lastStatus === "RUNNING")
    return running.length >= count ? running.map(({ containers }) => containers?.[0]?.imageDigest) : undefined
  }
  assert.deepEqual(await until("the first task", () => digests(1)), [first])
  await push("team/app", "moving", await otherImage())
  const second = await digestOf("team/app", "moving")
  assert.notEqual(second, first)
  await user.ecs.send(new UpdateServiceCommand({ service: "moving", desiredCount: 2 }))
  assert.deepEqual(await until("the second task", () => digests(2)), [first, first])
  await user.ecs.send(new UpdateServiceCommand({ service: "moving", forceNewDeployment: true }))
  await until("a task of the new image", async () => ((await digests(1))?.includes(second) ? true : undefined))
  await user.ecs.send(new DeleteServiceCommand({ service: "moving", force: true }))
  await ecr.send(new BatchDeleteImageCommand({ repositoryName: "team/app", imageIds: [{ imageDigest: second }] }))
})

test("the layers of a deleted image leave the disk", async () => {
  const { imageIds } = await ecr.send(
    new BatchDeleteImageCommand({ repositoryName: "team/app", imageIds: [{ imageTag: "v1" }, { imageTag: "v2" }] }),
  )
  assert.equal(imageIds?.length, 2)
  const left = () =>
    readdirSync(join(data, "layers", "sha256"), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  await until("an empty store", async () => (left().length === 0 ? true : undefined))
})
