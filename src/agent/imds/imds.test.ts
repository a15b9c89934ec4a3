// The instance metadata service over HTTP: both versions, their refusals, and what is shown.
import assert from "node:assert/strict"
import { after, describe, test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { testIds } from "../../../test/support/test-ids.ts"
import { silentLog } from "../../kernel/index.ts"
import type { InstanceMetadata } from "../../protocol/index.ts"
import { answerImds } from "./answer.ts"
import { startImds } from "./index.ts"
import { newTokens } from "./tokens.ts"

const plainMetadata: InstanceMetadata = {
  options: { endpoint: "enabled", tokens: "optional", hopLimit: 1, tags: "disabled" },
  ...{ accountId: "123456789012", region: "us-east-1", availabilityZone: "us-east-1b", architecture: "x86_64" },
  ...{ imageId: "ami-0123456789abcdef0", instanceId: "i-0aaaaaaaaaaaaaaaa", instanceType: "t3.small" },
  ...{ launchIndex: 0, reservationId: "r-0bbbbbbbbbbbbbbbb", pendingTime: "2026-01-02T03:04:05Z" },
  ...{ privateIp: "172.31.16.5", privateDnsName: "ip-172-31-16-5.ec2.internal", macAddress: "0a:00:00:00:00:01" },
  ...{ interfaceId: "eni-1", subnetId: "subnet-1", subnetCidr: "172.31.16.0/20" },
  ...{ vpcId: "vpc-1", vpcCidr: "172.31.0.0/16", securityGroups: [{ id: "sg-1", name: "default" }] },
  tags: { Name: "one" },
}
const withRole: InstanceMetadata = {
  ...plainMetadata,
  userData: Buffer.from("#!/bin/bash\necho hello\n").toString("base64"),
  profile: {
    ...{ arn: "arn:aws:iam::123456789012:instance-profile/ecs", id: "AIPAABCDEFGHIJKLMNOPQ" },
    lastUpdated: "2026-01-02T03:04:06Z",
    role: {
      name: "ecsInstanceRole",
      credentials: {
        ...{ accessKeyId: "ASIAX", secretAccessKey: "secret", sessionToken: "token" },
        ...{ lastUpdated: "2026-01-02T03:04:06Z", expiration: "2026-01-02T09:04:06Z" },
      },
    },
  },
}

const clock = new TestClock()
let shown = plainMetadata
let blocked = ""
const server = await startImds({
  ...{ host: "127.0.0.1", port: 0, clock, ids: testIds(), log: silentLog },
  metadata: () => shown,
  isBlocked: (address) => address === blocked,
})
after(() => server.close())

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init)
  return { status: response.status, text: await response.text(), headers: response.headers }
}
const get = async (path: string, metadata = plainMetadata, headers: Record<string, string> = {}) => {
  shown = metadata
  return ask(path, { headers })
}
const token = (ttl: string, headers: Record<string, string> = {}) =>
  ask("/latest/api/token", { method: "PUT", headers: { "X-aws-ec2-metadata-token-ttl-seconds": ttl, ...headers } })

describe("what is shown", () => {
  test("directories list what is below them, those among it with a slash", async () => {
    assert.match((await get("/")).text, /^1\.0\n.*\nlatest$/s)
    assert.equal((await get("/latest/")).text, "dynamic\nmeta-data")
    assert.equal((await get("/latest", withRole)).text, "dynamic\nmeta-data\nuser-data")
    assert.equal((await get("/latest/meta-data/placement/")).text, "availability-zone\nregion")
    assert.equal((await get("/latest/meta-data/network/interfaces/macs/")).text, "0a:00:00:00:00:01/")
    const top = (await get("/latest/meta-data", withRole)).text.split("\n")
    assert.ok(top.includes("iam/") && top.includes("instance-id"))
  })

  test("the facts of the instance and of its interface are at their paths, in every version", async () => {
    assert.equal((await get("/latest/meta-data/instance-id")).text, plainMetadata.instanceId)
    assert.equal((await get("/2021-07-15/meta-data/local-ipv4")).text, plainMetadata.privateIp)
    const mac = "/latest/meta-data/network/interfaces/macs/0a:00:00:00:00:01"
    assert.equal((await get(`${mac}/subnet-ipv4-cidr-block`)).text, "172.31.16.0/20")
    const document = JSON.parse((await get("/latest/dynamic/instance-identity/document")).text)
    assert.deepEqual(
      [document.region, document.instanceId, document.accountId, document.version],
      ["us-east-1", plainMetadata.instanceId, "123456789012", "2017-09-30"],
    )
  })

  test("what is not there is not found, the instance's role and user data among it", async () => {
    for (const path of ["/latest/meta-data/iam/", "/latest/user-data", "/latest/nothing", "/1999-01-01/meta-data/"]) {
      assert.equal((await get(path)).status, 404, path)
    }
    assert.equal((await get("/latest/meta-data/tags/instance/Name")).status, 404)
    const options = { ...plainMetadata.options, tags: "enabled" as const }
    assert.equal((await get("/latest/meta-data/tags/instance/Name", { ...plainMetadata, options })).text, "one")
    assert.equal((await get("/latest/meta-data/__proto__/")).status, 404)
  })

  test("the role's name leads to its credentials", async () => {
    assert.equal((await get("/latest/user-data", withRole)).text, "#!/bin/bash\necho hello\n")
    const info = JSON.parse((await get("/latest/meta-data/iam/info", withRole)).text)
    assert.deepEqual([info.Code, info.InstanceProfileArn], ["Success", withRole.profile?.arn])
    const name = (await get("/latest/meta-data/iam/security-credentials/", withRole)).text
    assert.equal(name, "ecsInstanceRole")
    const found = JSON.parse((await get(`/latest/meta-data/iam/security-credentials/${name}`, withRole)).text)
    assert.deepEqual(
      [found.Code, found.Type, found.AccessKeyId, found.Token, found.Expiration],
      ["Success", "AWS-HMAC", "ASIAX", "token", "2026-01-02T09:04:06Z"],
    )
  })

  test("a role that EC2 may not assume says so in place of credentials", async () => {
    const profile = { ...withRole.profile, arn: "a", id: "b", lastUpdated: "c", role: { name: "wrong" } }
    const path = "/latest/meta-data/iam/security-credentials/wrong"
    const found = JSON.parse((await get(path, { ...withRole, profile })).text)
    assert.equal(found.Code, "AssumeRoleUnauthorizedAccess")
    assert.match(found.Message, /^EC2 cannot assume the role wrong\./)
    assert.equal(found.AccessKeyId, undefined)
  })
})

describe("version 2", () => {
  test("a token opens what version 1 may not see, until its time is over", async () => {
    const strict: InstanceMetadata = { ...plainMetadata, options: { ...plainMetadata.options, tokens: "required" } }
    assert.equal((await get("/latest/meta-data/instance-id", strict)).status, 401)
    const issued = await token("60")
    assert.deepEqual([issued.status, issued.headers.get("x-aws-ec2-metadata-token-ttl-seconds")], [200, "60"])
    const headers = { "X-aws-ec2-metadata-token": issued.text }
    assert.equal((await get("/latest/meta-data/instance-id", strict, headers)).status, 200)
    await clock.advance(61_000)
    assert.equal((await get("/latest/meta-data/instance-id", strict, headers)).status, 401)
  })

  test("a wrong token is refused also where none is needed", async () => {
    assert.equal((await get("/latest/meta-data/mac", plainMetadata, { "X-aws-ec2-metadata-token": "no" })).status, 401)
  })

  test("tokens are refused without a lifetime that can be, and to those who ask for others", async () => {
    shown = plainMetadata
    for (const ttl of ["0", "21601", "a", ""]) assert.equal((await token(ttl)).status, 400, ttl)
    assert.equal((await token("60", { "X-Forwarded-For": "10.0.0.1" })).status, 403)
    assert.equal((await ask("/latest/meta-data/mac", { method: "POST" })).status, 405)
    assert.equal((await ask("/latest/meta-data/mac", { method: "PUT" })).status, 405)
  })

  test("a token does not reach a container behind a hop unless the hop limit lets it", () => {
    const tokens = newTokens(clock, testIds())
    const put = { method: "PUT", path: "/latest/api/token", ttl: "60", forwarded: false, behindHop: true }
    assert.equal(answerImds(plainMetadata, tokens, put), "lost")
    const options = { ...plainMetadata.options, hopLimit: 2 }
    const answer = answerImds({ ...plainMetadata, options }, tokens, put)
    assert.ok(answer !== "lost" && answer.status === 200)
  })
})

test("a service that is switched off refuses, and a container that is kept from it hears nothing", async () => {
  const options = { ...plainMetadata.options, endpoint: "disabled" as const }
  assert.equal((await get("/latest/meta-data/mac", { ...plainMetadata, options })).status, 403)
  blocked = "127.0.0.1"
  await assert.rejects(get("/latest/meta-data/mac"))
  blocked = ""
})
