// Managed policies and their versions over the wire: an account's own and AWS's.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
  waitUntilPolicyExists,
} from "@aws-sdk/client-iam"
import { allow, ecsTasks, type IamEndpoint, iamArn, iamEndpoint, policy, refused } from "../support/iam.ts"

let aws: IamEndpoint
const send: IamEndpoint["client"]["send"] = ((command: never) => aws.client.send(command)) as never
before(async () => {
  aws = await iamEndpoint()
})
after(() => aws.close())

const document = (n: number) => policy(allow(`s3:Get${n}`))
const create = (PolicyName: string, more: object = {}) =>
  send(new CreatePolicyCommand({ PolicyName, PolicyDocument: document(1), ...more }))

test("a policy is made, read, and found by its waiter", async () => {
  const { Policy } = await create("reader", { Path: "/app/", Description: "reads", Tags: [{ Key: "a", Value: "b" }] })
  const PolicyArn = iamArn("policy/app/reader")
  assert.deepEqual(
    [Policy?.Arn, Policy?.DefaultVersionId, Policy?.AttachmentCount, Policy?.IsAttachable],
    [PolicyArn, "v1", 0, true],
  )
  assert.match(Policy?.PolicyId ?? "", /^ANPA[A-Z2-7]{17}$/)
  await waitUntilPolicyExists({ client: aws.client, maxWaitTime: 60 }, { PolicyArn })
  const got = (await send(new GetPolicyCommand({ PolicyArn }))).Policy
  assert.deepEqual([got?.Description, got?.Tags], ["reads", [{ Key: "a", Value: "b" }]])
  await assert.rejects(
    create("Reader"),
    refused(
      "EntityAlreadyExistsException",
      "A policy called Reader already exists. Duplicate names are not allowed.",
      409,
    ),
  )
  const none = iamArn("policy/none")
  await assert.rejects(
    send(new GetPolicyCommand({ PolicyArn: none })),
    refused("NoSuchEntityException", `Policy ${none} was not found.`, 404),
  )
  await assert.rejects(
    send(new GetPolicyCommand({ PolicyArn: "arn:aws:s3:::bucket/object" })),
    refused("InvalidInputException", "ARN arn:aws:s3:::bucket/object is not valid."),
  )
})

test("a policy has five versions at most, and the one in force stays", async () => {
  await create("versioned")
  const PolicyArn = iamArn("policy/versioned")
  const add = (n: number, SetAsDefault = false) =>
    send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document(n), SetAsDefault }))
  assert.equal((await add(2, true)).PolicyVersion?.VersionId, "v2")
  for (const n of [3, 4, 5]) await add(n)
  await assert.rejects(
    add(6),
    refused(
      "LimitExceededException",
      "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
      409,
    ),
  )
  const remove = (VersionId: string) => send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }))
  await assert.rejects(
    remove("v2"),
    refused("DeleteConflictException", "Cannot delete the default version of a policy.", 409),
  )
  await assert.rejects(
    remove("v9"),
    refused("NoSuchEntityException", `Policy ${PolicyArn} version v9 does not exist or is not attachable.`, 404),
  )
  await remove("v1")
  assert.equal((await add(6)).PolicyVersion?.VersionId, "v6")
  const { Versions } = await send(new ListPolicyVersionsCommand({ PolicyArn }))
  assert.deepEqual(
    Versions?.map((v) => [v.VersionId, v.IsDefaultVersion]),
    [
      ["v6", false],
      ["v5", false],
      ["v4", false],
      ["v3", false],
      ["v2", true],
    ],
  )
  await send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: "v6" }))
  const got = await send(new GetPolicyVersionCommand({ PolicyArn, VersionId: "v6" }))
  assert.equal(decodeURIComponent(got.PolicyVersion?.Document ?? ""), document(6))
  assert.equal(got.PolicyVersion?.IsDefaultVersion, true)
  await assert.rejects(
    send(new DeletePolicyCommand({ PolicyArn })),
    refused("DeleteConflictException", /^This policy has more than one version\./, 409),
  )
  for (const id of ["v2", "v3", "v4", "v5"]) await remove(id)
  await send(new DeletePolicyCommand({ PolicyArn }))
})

test("who has a policy is told, and keeps it from being deleted", async () => {
  await create("shared")
  const PolicyArn = iamArn("policy/shared")
  const RoleName = "sharer"
  await send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: ecsTasks }))
  await send(new CreateUserCommand({ UserName: "bound", PermissionsBoundary: PolicyArn }))
  await send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
  const entities = async (more: object = {}) => {
    const answer = await send(new ListEntitiesForPolicyCommand({ PolicyArn, ...more }))
    return [answer.PolicyRoles?.map((r) => r.RoleName), answer.PolicyUsers?.map((u) => u.UserName)]
  }
  assert.deepEqual(await entities(), [["sharer"], ["bound"]])
  assert.deepEqual(await entities({ EntityFilter: "User" }), [[], ["bound"]])
  assert.deepEqual(await entities({ PolicyUsageFilter: "PermissionsPolicy" }), [["sharer"], []])
  const { Policy } = await send(new GetPolicyCommand({ PolicyArn }))
  assert.deepEqual([Policy?.AttachmentCount, Policy?.PermissionsBoundaryUsageCount], [1, 1])
  await assert.rejects(
    send(new DeletePolicyCommand({ PolicyArn })),
    refused("DeleteConflictException", "Cannot delete a policy attached to entities.", 409),
  )
  await send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))
  const none = iamArn("policy/no-such")
  await assert.rejects(
    send(new AttachRolePolicyCommand({ RoleName, PolicyArn: none })),
    refused("NoSuchEntityException", `Policy ${none} does not exist or is not attachable.`, 404),
  )
})

test("AWS's policies are listed, read and attached, and nobody's to change", async () => {
  const PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
  const { Policies } = await send(new ListPoliciesCommand({ Scope: "AWS", MaxItems: 1000 }))
  assert.ok(Policies?.some((p) => p.Arn === PolicyArn && p.PolicyId === "ANPAJG4T4G4PV56DE72PY"))
  assert.ok(Policies?.every((p) => p.Arn?.startsWith("arn:aws:iam::aws:policy/")))
  const { Policy } = await send(new GetPolicyCommand({ PolicyArn }))
  const VersionId = Policy?.DefaultVersionId
  const got = await send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))
  const { Statement } = JSON.parse(decodeURIComponent(got.PolicyVersion?.Document ?? "")) as {
    Statement: { Action: string[] }[]
  }
  assert.ok(Statement[0]?.Action.includes("ecr:BatchGetImage"))
  const outside = refused("AccessDenied", "Policy is outside your own account.", 403)
  await assert.rejects(send(new DeletePolicyCommand({ PolicyArn })), outside)
  await assert.rejects(send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document(1) })), outside)
  const RoleName = "linked-policy"
  await send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: ecsTasks }))
  await assert.rejects(
    send(
      new AttachRolePolicyCommand({
        RoleName,
        PolicyArn: "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy",
      }),
    ),
    refused("PolicyNotAttachableException", "Cannot attach a Service Role Policy to a Customer Role."),
  )
  await send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
  const attached = await send(new ListPoliciesCommand({ Scope: "AWS", OnlyAttached: true }))
  assert.deepEqual(
    attached.Policies?.map((p) => [p.PolicyName, p.AttachmentCount]),
    [["AmazonECSTaskExecutionRolePolicy", 1]],
  )
})
