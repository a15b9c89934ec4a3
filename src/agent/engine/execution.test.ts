// Tasks whose secrets and registry logins are fetched, and those for which they cannot be: what is made, and what is told.
import assert from "node:assert/strict"
import { test } from "node:test"
import { container, fargateTask } from "../../../test/support/acs-task.ts"
import { simulatedHost } from "../../../test/support/simulated-host.ts"
import type { AcsTask } from "../../protocol/index.ts"
import { ExecutionFailure } from "../types.ts"
import type { Resolvers } from "./options.ts"

const keys = {
  credentialsId: "ex-1",
  roleArn: "arn:aws:iam::000000000000:role/pull",
  accessKeyId: "ASIAPULL",
  secretAccessKey: "s3same",
  sessionToken: "t",
  expiration: "2030-01-01T00:00:00Z",
}
const secrets = [
  {
    name: "S",
    valueFrom: "/p",
    provider: "ssm" as const,
    type: "ENVIRONMENT_VARIABLE" as const,
    target: "CONTAINER" as const,
  },
]
const onInstance = (task: AcsTask): AcsTask => ({ ...task, launchType: "EC2" })

/** A host that keeps what containers are made from. */
const host = async (resolvers: Resolvers, hooks: Parameters<typeof simulatedHost>[0] & object = {}) => {
  const made: { readonly config: unknown; readonly hostConfig: unknown }[] = []
  const found = await simulatedHost({
    resolvers,
    ...hooks,
    wrap: (driver) => ({
      ...driver,
      create: (spec) => {
        made.push({ config: spec.config, hostConfig: spec.hostConfig })
        return driver.create(spec)
      },
    }),
  })
  return { ...found, made, task: found.task, container: found.container, checkpoint: found.checkpoint }
}

test("values of secrets are in the environment and the log options of the container, and in nothing that is kept", async () => {
  const values = { environment: { S: "open sesame" }, logOptions: { "splunk-token": "t0ken" } }
  const { accept, made, task, checkpoint } = await host({ secrets: async () => values })
  const LogConfig = { Type: "splunk", Config: { "splunk-url": "https://splunk" } }
  const of = fargateTask(5, [container("web", { secrets, hostConfig: { LogConfig } })], {
    executionRoleCredentials: keys,
  })
  await accept(of)
  assert.equal(task(of).known, "RUNNING")
  const web = made.find(({ config }) => JSON.stringify(config).includes("S=open sesame"))
  assert.ok(web)
  const { Labels } = web.config as { Labels: object }
  assert.ok(!JSON.stringify(Labels).includes("sesame"))
  assert.deepEqual((web.hostConfig as { LogConfig: object }).LogConfig, {
    Type: "splunk",
    Config: { "splunk-url": "https://splunk", "splunk-token": "t0ken" },
  })
  const kept = JSON.stringify([checkpoint.tasks(), task(of)])
  for (const secret of ["sesame", "t0ken", "s3same", "ASIAPULL"]) assert.ok(!kept.includes(secret), secret)
  assert.equal(task(of).executionCredentialsId, "ex-1")
})

test("a task whose secrets cannot be had is over for that reason, word for word", async () => {
  const text = "fetching secret data from SSM Parameter Store in us-east-1: AccessDeniedException: no"
  const beforeStart = async () => {
    throw new ExecutionFailure(text)
  }
  const { accept, task, calls } = await host({}, { hooks: { beforeStart } })
  const of = onInstance(fargateTask(5, [container("web", { secrets })]))
  await accept(of)
  assert.deepEqual([task(of).known, task(of).reason], ["STOPPED", text])
  assert.ok(!calls.includes("create web"))
})

const login = (type: "asm" | "ecr") =>
  type === "asm"
    ? { type, asmAuthData: { credentialsParameter: "arn", region: "us-east-1" } }
    : { type, ecrAuthData: { registryId: "1", region: "us-east-1", useExecutionRole: true } }

test("without the login of its registry a task is over; of ECR's on an instance it is the container's pull that fails", async () => {
  const registryAuth = async () => {
    throw new ExecutionFailure("no login")
  }
  for (const [launchType, type, ofTask, ofContainer] of [
    ["FARGATE", "asm", "no login", undefined],
    ["FARGATE", "ecr", "no login", undefined],
    ["EC2", "asm", "no login", undefined],
    ["EC2", "ecr", undefined, "no login"],
  ] as const) {
    const found = await host({ registryAuth })
    const of = { ...fargateTask(5, [container("web", { registryAuthentication: login(type) })]), launchType }
    await found.accept(of)
    assert.equal(found.task(of).known, "STOPPED")
    assert.deepEqual(
      [found.task(of).reason, found.container(of, "web").reason],
      [ofTask, ofContainer],
      launchType + type,
    )
  }
})

test("a pull is given the login", async () => {
  const pulls: (string | undefined)[] = []
  const found = await simulatedHost({
    resolvers: { registryAuth: async () => "bG9naW4" },
    wrap: (driver) => ({
      ...driver,
      pull: (reference, options) => {
        pulls.push(options.auth)
        return driver.pull(reference, options)
      },
    }),
  })
  const of = fargateTask(5, [container("web", { registryAuthentication: login("asm") })])
  await found.accept(of)
  assert.deepEqual(pulls, ["bG9naW4"])
})
