// What is fetched for a task with its execution role, and how it is said that it could not be.
import assert from "node:assert/strict"
import { test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { Fault, fault, silentLog } from "../../kernel/index.ts"
import type { AcsContainer, AcsSecret } from "../../protocol/index.ts"
import { newCredentialsStore } from "../credentials.ts"
import { aContainer, aTask, taskArn } from "../testing/tasks.ts"
import type { ExecutionFailure } from "../types.ts"
import { createExecution } from "./execution.ts"

const keys = {
  credentialsId: "ex-1",
  roleArn: "arn:aws:iam::123456789012:role/pull",
  accessKeyId: "ASIAPULL",
  secretAccessKey: "s",
  sessionToken: "t",
  expiration: "2030-01-01T00:00:00Z",
}
const db = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"
const secret = (valueFrom: string, more: Partial<AcsSecret> = {}): AcsSecret => ({
  name: "S",
  valueFrom,
  provider: valueFrom.includes(":secretsmanager:") ? "asm" : "ssm",
  region: "us-east-1",
  type: "ENVIRONMENT_VARIABLE",
  target: "CONTAINER",
  ...more,
})

type Calls = readonly [service: string, region: string | undefined, key: string, operation: string, input: unknown][]

const world = (answers: Readonly<Record<string, (input: never) => object>>, withKeys = true) => {
  const clock = new TestClock()
  const credentials = newCredentialsStore()
  if (withKeys) credentials.set(taskArn, "TaskExecution", keys)
  const calls: [...Calls] = []
  const execution = createExecution({
    clientAs: (service, region, of) =>
      (async (operation: string, input: never) => {
        calls.push([service, region, of().accessKeyId, operation, input])
        return answers[operation]?.(input) ?? {}
      }) as never,
    credentials,
    own: () => ({ accessKeyId: "OWN", secretAccessKey: "o" }),
    clock,
    log: silentLog,
  })
  const fetched = async (definition: Partial<AcsContainer>, launchType: "FARGATE" | "EC2" = "FARGATE") => {
    const container = aContainer({ definition })
    const task = aTask({ containers: [container], executionCredentialsId: "ex-1" })
    const of = { ...task, definition: { ...task.definition, launchType } }
    return { task: of, container, signal: new AbortController().signal }
  }
  const values = async (secrets: readonly AcsSecret[], launchType?: "FARGATE" | "EC2") => {
    const { task, container, signal } = await fetched({ secrets }, launchType)
    await execution.prepare(task, signal)
    return execution.secrets(task, container)
  }
  const login = async (definition: Partial<AcsContainer>, launchType?: "FARGATE" | "EC2") => {
    const { task, container, signal } = await fetched(definition, launchType)
    const auth = await execution.registryAuth(task, container, signal)
    return auth === undefined ? undefined : (JSON.parse(Buffer.from(auth, "base64url").toString()) as object)
  }
  const why = (work: Promise<unknown>) =>
    work.then(
      () => assert.fail("nothing was refused"),
      (error: ExecutionFailure) => error.message,
    )
  return { clock, credentials, calls, execution, values, login, why, fetched }
}

test("secrets come from Secrets Manager whole, by JSON key, and of a stage or version, with the execution role's keys", async () => {
  const { values, calls } = world({
    GetSecretValue: ({ VersionStage = "", VersionId = "" }: { VersionStage?: string; VersionId?: string }) => ({
      SecretString: `{"user":"ann${VersionStage}${VersionId}","port":5432,"on":true,"list":[1]}`,
    }),
  })
  const found = await values([
    secret(db, { name: "WHOLE" }),
    secret(`${db}:user::`, { name: "USER" }),
    secret(`${db}:port::`, { name: "PORT" }),
    secret(`${db}:on::`, { name: "ON" }),
    secret(`${db}:list::`, { name: "LIST" }),
    secret(`${db}:user:AWSPREVIOUS:`, { name: "BEFORE" }),
    secret(`${db}:user::v-1`, { name: "VERSION" }),
    secret(`${db}:user::`, { name: "AGAIN" }),
  ])
  assert.deepEqual(found.environment, {
    WHOLE: '{"user":"ann","port":5432,"on":true,"list":[1]}',
    USER: "ann",
    PORT: "5432",
    ON: "true",
    LIST: "[1]",
    BEFORE: "annAWSPREVIOUS",
    VERSION: "annv-1",
    AGAIN: "ann",
  })
  assert.deepEqual(calls[0], ["secretsmanager", "us-east-1", "ASIAPULL", "GetSecretValue", { SecretId: db }])
  assert.equal(calls.length, 7, "what two variables name is fetched once")
})

test("parameters are fetched by name and by ARN, ten at a time and with decryption", async () => {
  const parameter = (name: string) => `arn:aws:ssm:us-east-1:123456789012:parameter/${name}`
  const { values, calls } = world({
    GetParameters: ({ Names }: { Names: string[] }) => ({
      Parameters: Names.map((asked) => {
        const [name = "", version] = asked.replace(/^arn:.*:parameter\//, "").split(":")
        return {
          Name: name,
          ARN: parameter(name),
          Value: `value of ${name}`,
          ...(version !== undefined && { Selector: `:${version}` }),
        }
      }),
    }),
  })
  const names = Array.from({ length: 11 }, (_, i) => `p${i}`)
  const found = await values([
    ...names.map((name) => secret(name, { name })),
    secret(parameter("x"), { name: "ARN" }),
    secret(`${parameter("y")}:3`, { name: "VERSION" }),
  ])
  assert.equal(found.environment.p10, "value of p10")
  assert.deepEqual([found.environment.ARN, found.environment.VERSION], ["value of x", "value of y"])
  assert.deepEqual(
    calls.map(([service, , key, operation, input]) => [
      service,
      key,
      operation,
      (input as { Names: string[] }).Names.length,
      (input as { WithDecryption: boolean }).WithDecryption,
    ]),
    [
      ["ssm", "ASIAPULL", "GetParameters", 10, true],
      ["ssm", "ASIAPULL", "GetParameters", 3, true],
    ],
  )
})

test("secrets of a log driver are its options, not variables", async () => {
  const { values } = world({ GetSecretValue: () => ({ SecretString: "token" }) })
  const found = await values([secret(db, { name: "splunk-token", target: "LOG_DRIVER" })])
  assert.deepEqual(found, { environment: {}, logOptions: { "splunk-token": "token" } })
})

const denied =
  "User: arn:aws:sts::123456789012:assumed-role/pull/1 is not authorized to perform: secretsmanager:GetSecretValue"
const head =
  "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:"
const once = "service call has been retried 1 time(s):"

test("what cannot be fetched fails the task in Fargate's words", async () => {
  const refuses = (code: string, message: string) => () => {
    throw fault(code, message)
  }
  const asm = world({ GetSecretValue: refuses("AccessDeniedException", denied) })
  assert.equal(
    await asm.why(asm.values([secret(`${db}:user::`)])),
    `${head} unable to retrieve secret from asm: ${once} failed to fetch secret ${db} from secrets manager: AccessDeniedException: ${denied}`,
  )
  const ssm = world({ GetParameters: refuses("AccessDeniedException", "no") })
  assert.equal(
    await ssm.why(ssm.values([secret("/p")])),
    `${head} unable to retrieve secrets from ssm: ${once} AccessDeniedException: no`,
  )
  const missing = world({ GetParameters: () => ({ Parameters: [], InvalidParameters: ["/p", "/q"] }) })
  assert.equal(
    await missing.why(missing.values([secret("/p")])),
    `${head} unable to retrieve secrets from ssm: ${once} invalid ssm parameters: /p,/q`,
  )
  const key = world({ GetSecretValue: () => ({ SecretString: '{"a":1}' }) })
  assert.equal(
    await key.why(key.values([secret(`${db}:b::`)])),
    `${head} unable to retrieve secret from asm: ${once} retrieved secret from Secrets Manager did not contain json key b`,
  )
  const text = world({ GetSecretValue: () => ({ SecretString: "'p4ss'" }) })
  const said = await text.why(text.values([secret(`${db}:b::`)]))
  assert.equal(
    said,
    `${head} unable to retrieve secret from asm: ${once} invalid character ''' looking for beginning of value`,
  )
})

test("on an instance they are the words of ECS's agent", async () => {
  const gone = world({
    GetSecretValue: () => {
      throw fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    },
  })
  assert.equal(
    await gone.why(gone.values([secret(db)], "EC2")),
    `ResourceInitializationError: The task can't retrieve the secret with ARN '${db}' from AWS Secrets Manager. Check that the secret ARN is correct: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
  )
  const missing = world({ GetParameters: () => ({ InvalidParameters: ["/p"] }) })
  assert.equal(
    await missing.why(missing.values([secret("/p")], "EC2")),
    "fetching secret data from SSM Parameter Store in us-east-1: invalid parameters: /p",
  )
})

test("a service with a bad moment is asked five times, and a control plane that is away until it is back", async () => {
  let asked = 0
  const bad = world({
    GetSecretValue: () => {
      asked += 1
      throw new Fault("InternalServiceError", "sorry", { status: 500 })
    },
  })
  const why = bad.why(bad.values([secret(db)]))
  await bad.clock.advance(60_000)
  assert.match(await why, /service call has been retried 5 time\(s\): .*InternalServiceError: sorry$/)
  assert.equal(asked, 5)
  const away = world({
    GetSecretValue: () => {
      if (away.clock.now() < back) throw new Error("connect ECONNREFUSED")
      return { SecretString: "here" }
    },
  })
  const back = away.clock.now() + 600_000
  const found = away.values([secret(db)])
  await away.clock.advance(620_000)
  assert.deepEqual((await found).environment, { S: "here" })
})

test("an agent that was started again waits for the keys, and no longer than its task", async () => {
  const { execution, credentials, fetched, calls } = world({ GetSecretValue: () => ({ SecretString: "v" }) }, false)
  const { task, container } = await fetched({ secrets: [secret(db)] })
  const stopped = new AbortController()
  const given = execution.prepare(task, stopped.signal)
  stopped.abort()
  await assert.rejects(given)
  const waiting = execution.prepare(task, new AbortController().signal)
  credentials.set(taskArn, "TaskExecution", keys)
  await waiting
  assert.deepEqual((await execution.secrets(task, container)).environment, { S: "v" })
  assert.equal(calls.length, 1)
})

test("a private registry is logged into with the secret's username and password", async () => {
  const registryAuthentication = {
    type: "asm" as const,
    asmAuthData: { credentialsParameter: db, region: "us-east-1" },
  }
  const good = world({ GetSecretValue: () => ({ SecretString: '{"Username":"ann","password":"p"}' }) })
  assert.deepEqual(await good.login({ image: "registry.test:5000/a/b:1", registryAuthentication }), {
    username: "ann",
    password: "p",
    serveraddress: "registry.test:5000",
  })
  good.execution.forget(taskArn)
  const hub = await good.login({ image: "ann/app", registryAuthentication })
  assert.equal((hub as { serveraddress: string }).serveraddress, "https://index.docker.io/v1/")
  const bad = world({ GetSecretValue: () => ({ SecretString: '{"username":"ann"}' }) })
  assert.equal(
    await bad.why(bad.login({ image: "a", registryAuthentication })),
    `${head} unable to get registry auth from asm: ${once} asm fetching password: AuthorizationData is malformed, empty field`,
  )
  const none = world({
    GetSecretValue: () => {
      throw fault("ResourceNotFoundException", "none")
    },
  })
  assert.equal(
    await none.why(none.login({ image: "a", registryAuthentication }, "EC2")),
    `asm fetching secret from the service for ${db}: ResourceNotFoundException: none`,
  )
})

test("ECR is logged into as the execution role, or as the host where the task has none", async () => {
  const token = Buffer.from("AWS:pass:word").toString("base64")
  const { login, calls, execution } = world({
    GetAuthorizationToken: () => ({ authorizationData: [{ authorizationToken: token }] }),
  })
  const image = "123456789012.dkr.ecr.eu-west-1.localhost:4566/app:1"
  for (const useExecutionRole of [true, false]) {
    const registryAuthentication = {
      type: "ecr" as const,
      ecrAuthData: { registryId: "123456789012", region: "eu-west-1", useExecutionRole },
    }
    assert.deepEqual(await login({ image, registryAuthentication }), {
      username: "AWS",
      password: "pass:word",
      serveraddress: "123456789012.dkr.ecr.eu-west-1.localhost:4566",
    })
    execution.forget(taskArn)
  }
  assert.deepEqual(
    calls.map((call) => call.slice(0, 4)),
    ["ASIAPULL", "OWN"].map((key) => ["ecr", "eu-west-1", key, "GetAuthorizationToken"]),
  )
})
