// Secrets in real containers: they arrive in the environment as the execution role may read them, and nowhere else: not in a
// log, an answer, a label, a file of the data folder, or what is printed when the control plane is killed.
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { DescribeTaskDefinitionCommand, type Secret, type Task } from "@aws-sdk/client-ecs"
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam"
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager"
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm"
import { delay } from "../../src/kernel/index.ts"
import { engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { down, type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
const credentials = { accessKeyId: "000000000000", secretAccessKey: "test" }
const roleArn = (name: string) => `arn:aws:iam::000000000000:role/${name}`
const group = "/live/secrets"

/** No value that a test makes may be found anywhere; each begins so. */
const marker = "MARKER-5d1e"
const values = {
  whole: `${marker}-whole`,
  member: `${marker}-member`,
  previous: `${marker}-previous`,
  parameter: `${marker}-parameter`,
}

let roadstead: RunningRoadstead
let user: ReturnType<typeof fargateUser>
let secrets: SecretsManagerClient
let arns: Record<"plain" | "json", string>

const makeRole = async (iam: IAMClient, RoleName: string, statements: readonly object[]): Promise<void> => {
  const trusted = { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }
  const document = (Statement: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement })
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document([trusted]) }))
  const PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
  if (statements.length === 0) return
  const put = { RoleName, PolicyName: "secrets", PolicyDocument: document(statements) }
  await iam.send(new PutRolePolicyCommand(put))
}

before(async () => {
  const where = ["--port", "4571", "--data", data, "--docker-host", `unix://${engine.socketPath}`]
  roadstead = await startUp([...where, "--log-format", "json", "--log-level", "debug"])
  const sdk = { endpoint: roadstead.endpoint, region: "us-east-1", credentials }
  user = fargateUser(roadstead.endpoint)
  await user.createCluster()
  await user.createLogGroup(group)
  secrets = new SecretsManagerClient(sdk)
  const iam = new IAMClient(sdk)
  const ssm = new SSMClient(sdk)
  const plain = await secrets.send(new CreateSecretCommand({ Name: "plain", SecretString: values.previous }))
  await secrets.send(new PutSecretValueCommand({ SecretId: "plain", SecretString: values.whole }))
  const SecretString = JSON.stringify({ password: values.member, port: 5432 })
  const json = await secrets.send(new CreateSecretCommand({ Name: "json", SecretString }))
  arns = { plain: plain.ARN ?? "", json: json.ARN ?? "" }
  const parameter = { Name: "/live/parameter", Value: values.parameter, Type: "SecureString" as const }
  await ssm.send(new PutParameterCommand(parameter))
  const read = ["secretsmanager:GetSecretValue", "ssm:GetParameters"].map((Action) => ({
    ...{ Effect: "Allow", Action, Resource: "*" },
  }))
  await makeRole(iam, "reader", read)
  await makeRole(iam, "blind", [])
  iam.destroy()
  ssm.destroy()
})
after(async () => {
  secrets?.destroy()
  user?.close()
  await roadstead?.stop()
  await down(data)
  docker.close()
})

const runWith = (line: string, named: readonly Secret[], role: string): Promise<string> => {
  const options = { "awslogs-group": group, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "s" }
  const logConfiguration = { logDriver: "awslogs" as const, options }
  return user.start([shell("main", line, { secrets: [...named], logConfiguration })], {
    executionRoleArn: roleArn(role),
  })
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
const streamOf = (task: Task) => `s/main/${task.taskArn?.split("/").at(-1)}`

test("values arrive as secret, JSON key, stage and parameter, by name and by ARN", async () => {
  const named = [
    { name: "WHOLE", valueFrom: arns.plain },
    { name: "MEMBER", valueFrom: `${arns.json}:password::` },
    { name: "PORT", valueFrom: `${arns.json}:port::` },
    { name: "PREVIOUS", valueFrom: `${arns.plain}::AWSPREVIOUS:` },
    { name: "BY_NAME", valueFrom: "/live/parameter" },
    { name: "BY_ARN", valueFrom: "arn:aws:ssm:us-east-1:000000000000:parameter/live/parameter" },
  ]
  const say = named.map(({ name }) => `printf '%s' "$${name}" | sha256sum | cut -d' ' -f1`).join("; ")
  const task = await user.stopped(await runWith(say, named, "reader"))
  assert.equal(task.containers?.[0]?.exitCode, 0, task.stoppedReason)
  const { whole, member, previous, parameter } = values
  assert.deepEqual(
    await user.lines(group, streamOf(task)),
    [whole, member, "5432", previous, parameter, parameter].map(sha256),
  )
})

test("without the permission, and for what is not there, a task does not start and says why", async () => {
  const denied = await user.stopped(await runWith("true", [{ name: "S", valueFrom: arns.plain }], "blind"))
  assert.match(
    denied.stoppedReason ?? "",
    /^ResourceInitializationError: .*AccessDeniedException: .*assumed-role\/blind\/.* is not authorized to perform: secretsmanager:GetSecretValue/,
  )
  const noKey = { name: "S", valueFrom: `${arns.json}:none::` }
  assert.match((await user.stopped(await runWith("true", [noKey], "reader"))).stoppedReason ?? "", /json key none/)
  const noJson = { name: "S", valueFrom: `${arns.plain}:key::` }
  const { stoppedReason } = await user.stopped(await runWith("true", [noJson], "reader"))
  assert.match(stoppedReason ?? "", /^ResourceInitializationError: /)
  const noParameter = { name: "S", valueFrom: "/live/none" }
  const missing = await user.stopped(await runWith("true", [noParameter], "reader"))
  assert.match(missing.stoppedReason ?? "", /invalid ssm parameters: \/live\/none/)
})

test("no value is in an answer, a label, a file or anything that is printed, even when the control plane is killed", async () => {
  const named = [
    { name: "WHOLE", valueFrom: arns.plain },
    { name: "BY_NAME", valueFrom: "/live/parameter" },
  ]
  const arn = await runWith("exec sleep 1000", named, "reader")
  const task = await user.running(arn)
  const taskDefinition = task.taskDefinitionArn ?? ""
  const definition = await user.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))
  assert.ok(!JSON.stringify([task, definition]).includes(marker), "an answer holds a value")

  const { body: list } = await docker.request<{ Id: string }[]>("GET", "/containers/json")
  const inspected = await Promise.all(
    list.map(async ({ Id }) => (await docker.request<Inspected>("GET", `/containers/${Id}/json`)).body),
  )
  const mine = inspected.filter(({ Config }) => JSON.stringify(Config.Env).includes(values.whole))
  assert.equal(mine.length, 1, "the container has the value in its environment, and no other has")
  for (const { Name, Path, Args, Config } of inspected) {
    const shown = JSON.stringify([Name, Path, Args, Config.Labels, Config.Cmd])
    assert.ok(!shown.includes(marker), `${Name} shows a value`)
  }

  // The supervisor starts another; what the dead one leaves lies in the folder and on the terminal.
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
  const children = pids.filter((pid) => isChild(pid, roadstead.process.pid) && commandOf(pid).includes("control-plane"))
  assert.equal(children.length, 1)
  process.kill(Number(children[0]), "SIGKILL")
  await answersAgain()
  assert.equal((await user.running(arn)).taskArn, arn)
  assert.ok(!roadstead.printed.join("\n").includes(marker), "what is printed holds a value")
  for (const file of readdirSync(data, { recursive: true, encoding: "utf8" })) {
    const path = join(data, file)
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) continue
    assert.ok(!readFileSync(path).includes(marker), `${file} holds a value`)
  }
  await user.stop(arn)
  await user.stopped(arn)
})

/** Nobody listens between the end of one control plane and the start of the next. */
const answersAgain = async (): Promise<void> => {
  const over = realClock.now() + 60_000
  for (;;) {
    const health = await fetch(`${roadstead.endpoint}/_roadstead/health`).catch(() => undefined)
    if (health?.ok) return
    if (realClock.now() > over) throw new Error(roadstead.printed.slice(-30).join("\n"))
    await delay(realClock, 100)
  }
}

/** What `docker inspect` shows of a container, as far as it is looked at here. */
interface Inspected {
  readonly Name: string
  readonly Path: string
  readonly Args: readonly string[]
  readonly Config: { readonly Labels: object; readonly Env: readonly string[]; readonly Cmd: unknown }
}

const ofProcess = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8")
  } catch {
    // It has ended since it was listed.
    return ""
  }
}
const commandOf = (pid: string): string => ofProcess(pid, "cmdline")
const isChild = (pid: string, parent: number | undefined): boolean =>
  new RegExp(`^PPid:\\s+${parent}$`, "m").test(ofProcess(pid, "status"))
