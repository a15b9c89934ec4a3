// `up --auth strict` with a certificate, from outside: the root key is printed once, a client that trusts the certificate does
// everything by signatures, tasks start, and no other request is taken.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { Agent, request } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { promisify } from "node:util"
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2"
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  waitUntilTasksRunning,
} from "@aws-sdk/client-ecs"
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam"
import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts"
import { signRequest } from "../../src/wire/client/index.ts"
import { selfSigned } from "../support/certificate.ts"
import { down, type RunningRoadstead, startUp } from "../support/up.ts"

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), "roadstead-strict-"))
const data = join(folder, "data")
const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")]
const tls = selfSigned()
const agent = new Agent({ ca: tls.cert })
let up: RunningRoadstead
let key: { accessKeyId: string; secretAccessKey: string }

const start = (): Promise<RunningRoadstead> =>
  startUp([
    ...["--engine", "simulated", "--auth", "strict", "--port", "0", "--data", data],
    ...["--tls-cert", certFile, "--tls-key", keyFile],
  ])
const printedKey = ({ printed }: RunningRoadstead) => {
  const value = (name: string) => printed.join("\n").match(new RegExp(`^export ${name}=(\\S+)$`, "m"))?.[1]
  return { accessKeyId: value("AWS_ACCESS_KEY_ID"), secretAccessKey: value("AWS_SECRET_ACCESS_KEY") }
}
const sdk = (credentials = key) => ({
  endpoint: up.endpoint,
  region: "us-east-1",
  // Clients write into what they are given.
  credentials: { ...credentials },
  maxAttempts: 1,
  requestHandler: { httpsAgent: agent },
})

before(async () => {
  writeFileSync(certFile, tls.cert)
  writeFileSync(keyFile, tls.key)
  up = await start()
  const { accessKeyId, secretAccessKey } = printedKey(up)
  assert.ok(accessKeyId && secretAccessKey, up.printed.join("\n"))
  key = { accessKeyId, secretAccessKey }
})
after(async () => {
  await up.stop()
  await down(data)
  agent.destroy()
  rmSync(folder, { recursive: true })
})

const cli = async (env: Readonly<Record<string, string>>, ...args: readonly string[]) => {
  const options = { env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent", AWS_DEFAULT_REGION: "us-east-1", ...env } }
  const answer = run("/usr/bin/aws", ["--endpoint-url", up.endpoint, "--output", "json", ...args], options)
  return answer.then(
    ({ stdout }) => ({ json: JSON.parse(stdout) as Record<string, unknown>, stderr: "" }),
    (thrown: { stderr: string }) => ({ json: undefined, stderr: thrown.stderr }),
  )
}
const rootEnv = () => ({
  AWS_ACCESS_KEY_ID: key.accessKeyId,
  AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  AWS_CA_BUNDLE: certFile,
})

test("the key that was printed is the root's, for the CLI that trusts the certificate", async () => {
  assert.match(up.endpoint, /^https:\/\/127\.0\.0\.1:\d+$/)
  const { json, stderr } = await cli(rootEnv(), "sts", "get-caller-identity")
  assert.equal(json?.Arn, "arn:aws:iam::000000000000:root", stderr)
  assert.equal(statSync(join(data, "root-key.json")).mode & 0o777, 0o600)
  const { AWS_CA_BUNDLE: _, ...untrusting } = rootEnv()
  assert.match((await cli(untrusting, "sts", "get-caller-identity")).stderr, /SSL|certificate/i)
})

test("a stranger's key is nobody's, and a new user may do nothing", async () => {
  const stranger = { ...rootEnv(), AWS_ACCESS_KEY_ID: "000000000000", AWS_SECRET_ACCESS_KEY: "x" }
  assert.match((await cli(stranger, "sts", "get-caller-identity")).stderr, /InvalidClientTokenId/)
  const iam = new IAMClient(sdk())
  await iam.send(new CreateUserCommand({ UserName: "ann" }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }))
  const ann = {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  }
  await assert.rejects(new ECSClient(sdk(ann)).send(new CreateClusterCommand({})), {
    name: "AccessDeniedException",
    message: /user\/ann is not authorized to perform: ecs:CreateCluster/,
  })
  const wrong = { ...ann, secretAccessKey: key.secretAccessKey }
  await assert.rejects(new STSClient(sdk(wrong)).send(new GetSessionTokenCommand({})), {
    name: "SignatureDoesNotMatch",
  })
  iam.destroy()
})

interface Sent {
  readonly now?: number
  /** What is changed after signing. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** GetCallerIdentity, signed and then changed; answers status and body. */
const send = ({ now = Date.now(), body = "", headers: changed = {} }: Sent) => {
  const form = "Action=GetCallerIdentity&Version=2011-06-15"
  const { host, port } = new URL(up.endpoint)
  const headers = { host, "content-type": "application/x-www-form-urlencoded" }
  const signed = signRequest(
    { method: "POST", path: "/", query: "", headers, body: Buffer.from(form) },
    { credentials: key, region: "us-east-1", service: "sts", now },
  )
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method: "POST", agent, headers: { ...headers, ...signed, ...changed } }
    const req = request(options, (res) => {
      let text = ""
      res.on("data", (chunk) => {
        text += chunk
      })
      res.once("end", () => resolve({ status: res.statusCode, text }))
    })
    req.once("error", reject)
    req.end(form + body)
  })
}

test("a request that is replayed too late, dated ahead, changed or not signed is refused", async () => {
  assert.equal((await send({})).status, 200)
  const minutes = (n: number) => Date.now() + n * 60_000
  assert.equal((await send({ now: minutes(-4) })).status, 200)
  const refused: readonly (readonly [Sent, string])[] = [
    [{ now: minutes(-6) }, "SignatureDoesNotMatch"],
    [{ now: minutes(6) }, "SignatureDoesNotMatch"],
    [{ body: "&X=1" }, "SignatureDoesNotMatch"],
    [{ headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" } }, "SignatureDoesNotMatch"],
    [{ headers: { "x-amz-security-token": "not-mine" } }, "InvalidClientTokenId"],
    [{ headers: { authorization: "" } }, "IncompleteSignature"],
  ]
  for (const [sent, code] of refused) {
    const { status, text } = await send(sent)
    assert.ok(status === 403 || status === 400, text)
    assert.match(text, new RegExp(`<Code>${code}</Code>`))
  }
  assert.match((await send({ now: minutes(-6) })).text, /Signature expired: \d{8}T\d{6}Z is now earlier than/)
})

test("a task runs, because the agents of our own hosts sign as well", async () => {
  const ecs = new ECSClient(sdk())
  await ecs.send(new CreateClusterCommand({}))
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "app",
      cpu: "256",
      memory: "512",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      containerDefinitions: [{ name: "app", image: "any" }],
    }),
  )
  const ec2 = new EC2Client(sdk())
  const [subnet] = (await ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? []
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      taskDefinition: "app",
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: [subnet?.SubnetId ?? ""] } },
    }),
  )
  const arns = [tasks?.[0]?.taskArn ?? ""]
  await waitUntilTasksRunning({ client: ecs, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, { tasks: arns })
  const seen = await ecs.send(new DescribeTasksCommand({ tasks: arns }))
  assert.equal(seen.tasks?.[0]?.lastStatus, "RUNNING")
  ecs.destroy()
  ec2.destroy()
})

test("a later start prints no key, and the old one is good", async () => {
  await up.stop()
  up = await start()
  assert.deepEqual(printedKey(up), { accessKeyId: undefined, secretAccessKey: undefined })
  assert.ok(!up.printed.join("\n").includes(key.secretAccessKey))
  assert.equal((await send({})).status, 200)
  const kept = JSON.parse(readFileSync(join(data, "root-key.json"), "utf8")) as unknown
  assert.deepEqual(kept, key)
})
