// Roles of tasks on real containers: what the unchanged SDK in a container may do, when that ends, and what the execution role
// fetches before a container runs, or cannot.
import assert from "node:assert/strict"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import { ECSClient, ListClustersCommand } from "@aws-sdk/client-ecs"
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam"
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager"
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm"
import { delay } from "../../src/kernel/index.ts"
import { nodeImage } from "../../src/machines/index.ts"
import { addressOf, engineWithImage, fargateUser, idOf, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { roleApp } from "../support/role-app.ts"
import { trustOf } from "../support/rows.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const appImage = "roadstead-roles:latest"
const account = "000000000000"
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`
const managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
const awslogs = {
  logDriver: "awslogs" as const,
  options: { "awslogs-group": "/live/roles", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "r" },
}
const up = [
  ...["--port", "4576", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
  ...["--log-format", "json"],
]
let roadstead: RunningRoadstead
let user: ReturnType<typeof fargateUser>
let iam: IAMClient

const makeRole = async (RoleName: string, statements?: object[]) => {
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustOf("ecs-tasks.amazonaws.com") }))
  if (!statements) return
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements })
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "inline", PolicyDocument }))
}

before(async () => {
  await nodeImage(docker, { name: appImage, files: { "/app/app.mjs": await roleApp() } })
  roadstead = await startUp(up)
  user = fargateUser(roadstead.endpoint)
  iam = new IAMClient({
    endpoint: roadstead.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: account, secretAccessKey: "test" },
  })
  await user.createCluster()
  await user.createLogGroup("/live/roles")
  await makeRole("execution")
  await iam.send(new AttachRolePolicyCommand({ RoleName: "execution", PolicyArn: managed }))
})
after(async () => {
  user?.close()
  iam?.destroy()
  await roadstead?.stop()
  docker.close()
})

/** What the program printed, by the name of each call, once it is through. */
const said = async (arn: string): Promise<Readonly<Record<string, unknown>>> => {
  const end = realClock.now() + 60_000
  for (;;) {
    const lines = await user.lines("/live/roles", `r/app/${idOf(arn)}`).catch((): string[] => [])
    if (lines.includes("done")) {
      const pairs = lines
        .slice(0, -1)
        .map((line) => [line.slice(0, line.indexOf(" ")), JSON.parse(line.slice(line.indexOf(" ")))])
      return Object.fromEntries(pairs) as Record<string, unknown>
    }
    if (realClock.now() > end) throw new Error(`the program is not through: ${lines.join("\n")}`)
    await delay(realClock, 100)
  }
}

describe("a task role", () => {
  test("decides what the SDK in the container may do, and is over when the task has stopped", async () => {
    await makeRole("reader", [{ Effect: "Allow", Action: "ecs:ListClusters", Resource: "*" }])
    await makeRole("nobody")
    const app = { name: "app", image: appImage, command: ["/app/app.mjs"], logConfiguration: awslogs }
    const start = (role: string) =>
      user.start([app], { taskRoleArn: roleArn(role), executionRoleArn: roleArn("execution") })
    const [one, other] = [await start("reader"), await start("nobody")]
    const [allowed, denied] = [await said(one), await said(other)]

    assert.equal(allowed.identity, `arn:aws:sts::${account}:assumed-role/reader/${idOf(one)}`)
    assert.equal(denied.identity, `arn:aws:sts::${account}:assumed-role/nobody/${idOf(other)}`)
    assert.equal(allowed.clusters, 1)
    assert.deepEqual(denied.clusters, {
      error: "AccessDeniedException",
      message: `User: arn:aws:sts::${account}:assumed-role/nobody/${idOf(other)} is not authorized to perform: ecs:ListClusters on resource: * because no identity-based policy allows the ecs:ListClusters action`,
    })
    // From inside a VPC nobody is root, whatever is taken outside.
    for (const { stranger } of [allowed, denied])
      assert.equal((stranger as { error: string }).error, "UnrecognizedClientException")

    const keys = allowed.keys as Record<string, string>
    assert.deepEqual(Object.keys(keys), ["RoleArn", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"])
    assert.equal(keys.RoleArn, roleArn("reader"))
    assert.deepEqual(allowed.other, {
      status: 400,
      code: "InvalidIdInRequest",
      message: "CredentialsV2Request: Credentials not found",
      HTTPErrorCode: 400,
    })
    const session = new ECSClient({
      endpoint: roadstead.endpoint,
      region: "us-east-1",
      credentials: {
        accessKeyId: keys.AccessKeyId ?? "",
        secretAccessKey: keys.SecretAccessKey ?? "",
        sessionToken: keys.Token ?? "",
      },
    })
    assert.equal((await session.send(new ListClustersCommand({}))).clusterArns?.length, 1)
    await user.stop(one)
    await user.stopped(one)
    await assert.rejects(session.send(new ListClustersCommand({})), { name: "ExpiredTokenException" })
    session.destroy()
    await user.stop(other)
  })
})

describe("an execution role", () => {
  test("brings secrets into the environment, and nowhere else", async () => {
    const config = {
      endpoint: roadstead.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: account, secretAccessKey: "test" },
    }
    const [secrets, ssm] = [new SecretsManagerClient(config), new SSMClient(config)]
    const { ARN: db = "" } = await secrets.send(
      new CreateSecretCommand({ Name: "db", SecretString: '{"user":"ann","password":"s3same"}' }),
    )
    await ssm.send(new PutParameterCommand({ Name: "/app/flag", Value: "upside", Type: "SecureString" }))
    await makeRole("fetcher", [
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: db },
      { Effect: "Allow", Action: "ssm:GetParameters", Resource: `arn:aws:ssm:us-east-1:${account}:parameter/app/*` },
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" },
    ])
    const container = shell("app", 'echo "$WHOLE"; echo "$PASSWORD"; echo "$FLAG"', {
      secrets: [
        { name: "WHOLE", valueFrom: db },
        { name: "PASSWORD", valueFrom: `${db}:password::` },
        { name: "FLAG", valueFrom: "/app/flag" },
      ],
      logConfiguration: awslogs,
    })
    const arn = await user.start([container], { executionRoleArn: roleArn("fetcher") })
    const task = await user.stopped(arn)
    assert.equal(task.containers?.[0]?.exitCode, 0, task.stoppedReason)
    assert.deepEqual(await user.lines("/live/roles", `r/app/${idOf(arn)}`), [
      '{"user":"ann","password":"s3same"}',
      "s3same",
      "upside",
    ])
    assert.ok(!JSON.stringify(task).includes("s3same"))
    assert.ok(!roadstead.printed.join("\n").includes("s3same"))

    // The same with a role that may read nothing.
    const refused = await user.stopped(await user.start([container], { executionRoleArn: roleArn("execution") }))
    assert.equal(refused.stopCode, "TaskFailedToStart")
    assert.match(
      refused.stoppedReason ?? "",
      /^ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets? from (asm|ssm): service call has been retried 1 time\(s\): .*AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role\/execution\/[0-9a-f]{32} is not authorized to perform: (secretsmanager:GetSecretValue|ssm:GetParameters)/,
    )
    secrets.destroy()
    ssm.destroy()
  })

  test("that may not make log streams fails the task as on AWS", async () => {
    await makeRole("mute")
    const arn = await user.start([shell("app", "true", { logConfiguration: awslogs })], {
      executionRoleArn: roleArn("mute"),
    })
    const task = await user.stopped(arn)
    assert.equal(task.stopCode, "TaskFailedToStart")
    assert.match(
      task.stoppedReason ?? "",
      /^ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role\/mute\/[0-9a-f]{32} is not authorized to perform: logs:CreateLogStream on resource: /,
    )
  })
})

test("a running task has its credentials again after a restart of everything but the engine", async () => {
  await makeRole("lasting", [{ Effect: "Allow", Action: "ecs:ListClusters", Resource: "*" }])
  // Each time that it got its keys it counts one further.
  const asks =
    'wget -q -O /www/next "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" && mv /www/next /www/keys'
  const loop = `mkdir -p /www; n=0; (while :; do ${asks} && n=$((n+1)) && echo $n > /www/n; sleep 0.2; done) & exec httpd -f -p 8080 -h /www`
  const arn = await user.start([shell("app", loop, { stopTimeout: 2 })], {
    taskRoleArn: roleArn("lasting"),
    executionRoleArn: roleArn("execution"),
  })
  const base = `http://${addressOf(await user.running(arn))}:8080`
  const read = async (file: string): Promise<string> => (await (await fetch(`${base}/${file}`)).text()).trim()
  const countAbove = async (least: number): Promise<number> => {
    const end = realClock.now() + 60_000
    for (;;) {
      const count = Number(await read("n").catch(() => "0"))
      if (count > least) return count
      if (realClock.now() > end) throw new Error(`the task got its keys ${count} times`)
      await delay(realClock, 100)
    }
  }
  await countAbove(0)
  const before = JSON.parse(await read("keys")) as { AccessKeyId: string }
  await roadstead.stop()
  roadstead = await startUp(up)
  await countAbove((await countAbove(0)) + 1)
  const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(await read("keys")) as Record<string, string>
  assert.equal(AccessKeyId, before.AccessKeyId, "the same session goes on")
  const session = new ECSClient({
    endpoint: roadstead.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: AccessKeyId ?? "", secretAccessKey: SecretAccessKey ?? "", sessionToken: Token ?? "" },
  })
  assert.equal((await session.send(new ListClustersCommand({}))).clusterArns?.length, 1)
  session.destroy()
  await user.stop(arn)
  await user.stopped(arn)
})
