// IAM and STS by the AWS CLI, in the order in which a stack is put up and taken down, and once in a wrong one.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { sts } from "../../src/services/sts/index.ts"
import { allow, ecsTasks, type IamEndpoint, iamArn, iamEndpoint, policy, trust } from "../support/iam.ts"

let aws: IamEndpoint
before(async () => {
  aws = await iamEndpoint([sts])
})
after(() => aws.close())

type Json = Record<string, never>
const done = async (...args: readonly string[]): Promise<Json> => {
  const { json, code, stderr } = await aws.cli(...args)
  assert.equal(code, 0, `${args.join(" ")}: ${stderr}`)
  return (json ?? {}) as Json
}
const refused = async (error: RegExp, ...args: readonly string[]): Promise<void> => {
  const { code, stderr } = await aws.cli(...args)
  assert.notEqual(code, 0)
  assert.match(stderr, error)
}
const iam = (operation: string, ...args: readonly string[]) => done("iam", operation, ...args)

test("a task's roles are put up, read back as they were written, and taken down", async () => {
  const logs = policy(allow(["logs:CreateLogStream", "logs:PutLogEvents"], "arn:aws:logs:*:*:log-group:/app*"))
  const managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
  const name = ["--role-name", "app-execution"]
  const made = await iam(
    "create-role",
    ...name,
    "--assume-role-policy-document",
    ecsTasks,
    "--tags",
    "Key=stack,Value=app",
  )
  const { Role } = made as unknown as { Role: { Arn: string; AssumeRolePolicyDocument: object } }
  assert.equal(Role.Arn, iamArn("role/app-execution"))
  assert.deepEqual(Role.AssumeRolePolicyDocument, JSON.parse(ecsTasks))
  await iam("wait", "role-exists", ...name)
  await iam("put-role-policy", ...name, "--policy-name", "logs", "--policy-document", logs)
  await iam("attach-role-policy", ...name, "--policy-arn", managed)

  const inline = await iam("get-role-policy", ...name, "--policy-name", "logs")
  assert.deepEqual(inline, { RoleName: "app-execution", PolicyName: "logs", PolicyDocument: JSON.parse(logs) })
  const { AttachedPolicies } = await iam("list-attached-role-policies", ...name)
  assert.deepEqual(AttachedPolicies, [{ PolicyName: "AmazonECSTaskExecutionRolePolicy", PolicyArn: managed }])
  const { Policy } = (await iam("get-policy", "--policy-arn", managed)) as unknown as {
    Policy: { DefaultVersionId: string; AttachmentCount: number }
  }
  assert.equal(Policy.AttachmentCount, 1)
  const version = await iam("get-policy-version", "--policy-arn", managed, "--version-id", Policy.DefaultVersionId)
  assert.match(JSON.stringify(version), /ecr:GetAuthorizationToken/)

  await refused(/\(DeleteConflict\).*must detach all policies first/, "iam", "delete-role", ...name)
  await iam("detach-role-policy", ...name, "--policy-arn", managed)
  await refused(/\(DeleteConflict\).*must delete policies first/, "iam", "delete-role", ...name)
  await iam("delete-role-policy", ...name, "--policy-name", "logs")
  await iam("delete-role", ...name)
  await refused(
    /\(NoSuchEntity\) when calling the GetRole operation: The role with name app-execution cannot be found\./,
    "iam",
    "get-role",
    ...name,
  )
})

test("an instance profile and a policy of the account's own go up and down", async () => {
  const ec2 = trust({ Service: "ec2.amazonaws.com" })
  await iam("create-role", "--role-name", "host", "--path", "/ecs/", "--assume-role-policy-document", ec2)
  const profile = ["--instance-profile-name", "host"]
  await iam("create-instance-profile", ...profile)
  await iam("wait", "instance-profile-exists", ...profile)
  await iam("add-role-to-instance-profile", ...profile, "--role-name", "host")
  const own = iamArn("policy/host")
  await iam("create-policy", "--policy-name", "host", "--policy-document", policy(allow("ecs:Poll")))
  await iam("wait", "policy-exists", "--policy-arn", own)
  await iam("attach-role-policy", "--role-name", "host", "--policy-arn", own)
  await iam(
    "create-policy-version",
    "--policy-arn",
    own,
    "--policy-document",
    policy(allow("ecs:*")),
    "--set-as-default",
  )
  const entities = await iam("list-entities-for-policy", "--policy-arn", own)
  assert.match(JSON.stringify(entities), /"RoleName":"host"/)
  await refused(/\(DeleteConflict\)/, "iam", "delete-policy", "--policy-arn", own)
  await iam("detach-role-policy", "--role-name", "host", "--policy-arn", own)
  await iam("delete-policy-version", "--policy-arn", own, "--version-id", "v1")
  await iam("delete-policy", "--policy-arn", own)
  await iam("remove-role-from-instance-profile", ...profile, "--role-name", "host")
  await iam("delete-instance-profile", ...profile)
  await iam("delete-role", "--role-name", "host")
})

test("a role is assumed by an external id, and its policies are simulated", async () => {
  const delegated = trust({ AWS: iamArn("root") }, { Condition: { StringEquals: { "sts:ExternalId": "4711" } } })
  await iam("create-role", "--role-name", "partner", "--assume-role-policy-document", delegated)
  await iam(
    "put-role-policy",
    "--role-name",
    "partner",
    "--policy-name",
    "p",
    "--policy-document",
    policy(allow("ecs:List*")),
  )
  const assume = ["assume-role", "--role-arn", iamArn("role/partner"), "--role-session-name", "ci"]
  await refused(/\(AccessDenied\) when calling the AssumeRole operation/, "sts", ...assume)
  const session = (await done("sts", ...assume, "--external-id", "4711")) as unknown as {
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
  for (const n of [1, 2, 3]) await iam("create-user", "--user-name", `page-${n}`, "--path", "/pages/")
  const { Users } = (await iam("list-users", "--path-prefix", "/pages/", "--page-size", "1")) as unknown as {
    Users: { UserName: string }[]
  }
  assert.deepEqual(
    Users.map((u) => u.UserName),
    ["page-1", "page-2", "page-3"],
  )
  await refused(
    /\(MalformedPolicyDocument\) when calling the CreateRole operation: This policy contains invalid Json/,
    ...["iam", "create-role", "--role-name", "broken", "--assume-role-policy-document", "{nothing"],
  )
  await refused(/\(NoSuchEntity\)/, "iam", "get-role", "--role-name", "broken")
  await refused(
    /\(ValidationError\).*specified value for userName is invalid/,
    ...["iam", "create-user", "--user-name", "not ok"],
  )
})
