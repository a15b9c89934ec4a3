// IAM and STS by the AWS CLI: what it writes is read back as it was, its waiters and pages end, its errors are AWS's. Each run of
// the CLI takes a while on a busy machine, so what is only put up for it is put up by the SDK.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam"
import { sts } from "../../src/services/sts/index.ts"
import { allow, ecsTasks, type IamEndpoint, iamArn, iamEndpoint, policy, refused, trust } from "../support/iam.ts"

const managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
let aws: IamEndpoint
before(async () => {
  aws = await iamEndpoint([sts])
})
after(() => aws.close())

const done = async (...args: readonly string[]): Promise<unknown> => {
  const { json, code, stderr } = await aws.cli(...args)
  assert.equal(code, 0, `${args.join(" ")}: ${stderr}`)
  return json
}
const fails = async (error: RegExp, ...args: readonly string[]): Promise<void> => {
  const { code, stderr } = await aws.cli(...args)
  assert.notEqual(code, 0)
  assert.match(stderr, error)
}
const iam = (operation: string, ...args: readonly string[]) => done("iam", operation, ...args)
const role = (RoleName: string, AssumeRolePolicyDocument: string) =>
  aws.client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))

test("a role and its policy are read back as they were written", async () => {
  const logs = policy(allow(["logs:CreateLogStream", "logs:PutLogEvents"], "arn:aws:logs:*:*:log-group:/app*"))
  const name = ["--role-name", "app-execution"]
  const trusted = ["--assume-role-policy-document", ecsTasks]
  const made = await iam("create-role", ...name, ...trusted, "--tags", "Key=stack,Value=app")
  const { Role } = made as { Role: { Arn: string; AssumeRolePolicyDocument: object; Tags: object[] } }
  assert.deepEqual(
    [Role.Arn, Role.AssumeRolePolicyDocument, Role.Tags],
    [iamArn("role/app-execution"), JSON.parse(ecsTasks), [{ Key: "stack", Value: "app" }]],
  )
  await iam("put-role-policy", ...name, "--policy-name", "logs", "--policy-document", logs)
  const inline = await iam("get-role-policy", ...name, "--policy-name", "logs")
  assert.deepEqual(inline, { RoleName: "app-execution", PolicyName: "logs", PolicyDocument: JSON.parse(logs) })
  await iam("delete-role-policy", ...name, "--policy-name", "logs")
})

test("a role goes only when its policies have gone", async () => {
  const name = ["--role-name", "leaving"]
  await role("leaving", ecsTasks)
  await aws.client.send(new AttachRolePolicyCommand({ RoleName: "leaving", PolicyArn: managed }))
  await fails(/\(DeleteConflict\).*must detach all policies first/, "iam", "delete-role", ...name)
  await iam("detach-role-policy", ...name, "--policy-arn", managed)
  await iam("delete-role", ...name)
  const words = /\(NoSuchEntity\) when calling the GetRole operation: The role with name leaving cannot be found\./
  await fails(words, "iam", "get-role", ...name)
})

test("AWS's own policy is read by the version that it says is in force", async () => {
  const { Policy } = (await iam("get-policy", "--policy-arn", managed)) as { Policy: { DefaultVersionId: string } }
  const version = await iam("get-policy-version", "--policy-arn", managed, "--version-id", Policy.DefaultVersionId)
  assert.match(JSON.stringify(version), /"ecr:GetAuthorizationToken"/)
})

test("waiters end when there is what they wait for", async () => {
  await role("host", trust({ Service: "ec2.amazonaws.com" }))
  const profile = { InstanceProfileName: "host" }
  await aws.client.send(new CreateInstanceProfileCommand(profile))
  await aws.client.send(new AddRoleToInstanceProfileCommand({ ...profile, RoleName: "host" }))
  await iam("wait", "role-exists", "--role-name", "host")
  await iam("wait", "instance-profile-exists", "--instance-profile-name", "host")
  await iam("wait", "policy-exists", "--policy-arn", managed)
})

test("a role is assumed by an external id, and its policies are simulated", async () => {
  await role("partner", trust({ AWS: iamArn("root") }, { Condition: { StringEquals: { "sts:ExternalId": "4711" } } }))
  const document = { PolicyName: "p", PolicyDocument: policy(allow("ecs:List*")) }
  await aws.client.send(new PutRolePolicyCommand({ RoleName: "partner", ...document }))
  const assume = ["assume-role", "--role-arn", iamArn("role/partner"), "--role-session-name", "ci"]
  await fails(/\(AccessDenied\) when calling the AssumeRole operation/, "sts", ...assume)
  const session = (await done("sts", ...assume, "--external-id", "4711")) as {
    Credentials: { AccessKeyId: string; Expiration: string }
    AssumedRoleUser: { Arn: string }
  }
  assert.match(session.Credentials.AccessKeyId, /^ASIA/)
  assert.match(session.Credentials.Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\+00:00|Z)$/)
  assert.equal(session.AssumedRoleUser.Arn, "arn:aws:sts::123456789012:assumed-role/partner/ci")
  const simulated = await iam(
    "simulate-principal-policy",
    ...["--policy-source-arn", iamArn("role/partner"), "--action-names", "ecs:ListTasks", "ecs:RunTask"],
    ...["--query", "EvaluationResults[].EvalDecision"],
  )
  assert.deepEqual(simulated, ["allowed", "implicitDeny"])
})

test("all pages of a list are read, and what is wrong is said before anything is made", async () => {
  for (const n of [1, 2, 3]) await aws.client.send(new CreateUserCommand({ UserName: `page-${n}`, Path: "/pages/" }))
  const { Users } = (await iam("list-users", "--path-prefix", "/pages/", "--page-size", "1")) as {
    Users: { UserName: string }[]
  }
  assert.deepEqual(
    Users.map((u) => u.UserName),
    ["page-1", "page-2", "page-3"],
  )
  await fails(
    /\(MalformedPolicyDocument\) when calling the CreateRole operation: This policy contains invalid Json/,
    ...["iam", "create-role", "--role-name", "broken", "--assume-role-policy-document", "{nothing"],
  )
  await assert.rejects(
    aws.client.send(new AttachRolePolicyCommand({ RoleName: "broken", PolicyArn: managed })),
    refused("NoSuchEntityException", "The role with name broken cannot be found.", 404),
  )
})
