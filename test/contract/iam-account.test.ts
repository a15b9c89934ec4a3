// What IAM says of a whole account over the wire: service-linked roles, details, aliases, simulations.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccountAliasCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  CreateUserCommand,
  DeleteAccountAliasCommand,
  DeleteRoleCommand,
  DeleteServiceLinkedRoleCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountPasswordPolicyCommand,
  GetAccountSummaryCommand,
  GetContextKeysForCustomPolicyCommand,
  GetLoginProfileCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
  ListAccountAliasesCommand,
  ListMFADevicesCommand,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from "@aws-sdk/client-iam"
import { account } from "../support/aws-endpoint.ts"
import { allow, ecsTasks, type IamEndpoint, iamArn, iamEndpoint, policy, refused } from "../support/iam.ts"

let aws: IamEndpoint
const send: IamEndpoint["client"]["send"] = ((command: never) => aws.client.send(command)) as never
before(async () => {
  aws = await iamEndpoint()
})
after(() => aws.close())

test("a service-linked role is the service's own: made with its policy, changed by nobody, deleted as a task", async () => {
  const AWSServiceName = "ecs.application-autoscaling.amazonaws.com"
  const RoleName = "AWSServiceRoleForApplicationAutoScaling_ECSService"
  const { Role } = await send(new CreateServiceLinkedRoleCommand({ AWSServiceName }))
  assert.equal(Role?.Arn, iamArn(`role/aws-service-role/${AWSServiceName}/${RoleName}`))
  const again = new CreateServiceLinkedRoleCommand({ AWSServiceName })
  await assert.rejects(
    send(again),
    refused(
      "InvalidInputException",
      `Service role name ${RoleName} has been taken in this account, please try a different suffix.`,
    ),
  )
  await assert.rejects(
    send(new CreateServiceLinkedRoleCommand({ AWSServiceName, CustomSuffix: "x" })),
    refused("InvalidInputException", `Custom suffix is not allowed for ${AWSServiceName}`),
  )
  const unmodifiable = refused(
    "UnmodifiableEntityException",
    `Cannot perform the operation on the protected role '${RoleName}' - this role is only modifiable by AWS`,
  )
  await assert.rejects(send(new DeleteRoleCommand({ RoleName })), unmodifiable)
  const PolicyArn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
  await assert.rejects(send(new AttachRolePolicyCommand({ RoleName, PolicyArn })), unmodifiable)
  const { DeletionTaskId } = await send(new DeleteServiceLinkedRoleCommand({ RoleName }))
  assert.match(DeletionTaskId ?? "", new RegExp(`^task/aws-service-role/${AWSServiceName}/${RoleName}/[0-9a-f-]{36}$`))
  const status = await send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId }))
  assert.equal(status.Status, "SUCCEEDED")
  await assert.rejects(
    send(new GetRoleCommand({ RoleName })),
    refused("NoSuchEntityException", `The role with name ${RoleName} cannot be found.`, 404),
  )
})

test("the details of an account show its things with their policies, page by page", async () => {
  await send(new CreateGroupCommand({ GroupName: "g" }))
  await send(new CreateUserCommand({ UserName: "u" }))
  await send(new AddUserToGroupCommand({ GroupName: "g", UserName: "u" }))
  await send(new PutGroupPolicyCommand({ GroupName: "g", PolicyName: "p", PolicyDocument: policy(allow("ecs:List*")) }))
  await send(new CreatePolicyCommand({ PolicyName: "own", PolicyDocument: policy(allow("s3:*")) }))
  await send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: ecsTasks }))
  await send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: "arn:aws:iam::aws:policy/AmazonECS_FullAccess" }))
  const seen: string[] = []
  let Marker: string | undefined
  do {
    const page = await send(
      new GetAccountAuthorizationDetailsCommand({ MaxItems: 2, ...(Marker !== undefined && { Marker }) }),
    )
    seen.push(...(page.UserDetailList ?? []).map((u) => `user ${u.UserName} in ${u.GroupList}`))
    seen.push(...(page.GroupDetailList ?? []).map((g) => `group ${g.GroupPolicyList?.[0]?.PolicyName}`))
    seen.push(...(page.RoleDetailList ?? []).map((r) => `role ${r.AttachedManagedPolicies?.[0]?.PolicyName}`))
    seen.push(...(page.Policies ?? []).map((p) => `policy ${p.PolicyName} ${p.PolicyVersionList?.length}`))
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.deepEqual(seen, [
    "user u in g",
    "group p",
    "role AmazonECS_FullAccess",
    "policy own 1",
    "policy AmazonECS_FullAccess 1",
  ])
  const users = await send(new GetAccountAuthorizationDetailsCommand({ Filter: ["User"] }))
  assert.deepEqual([users.UserDetailList?.length, users.RoleDetailList], [1, []])
  const { SummaryMap } = await send(new GetAccountSummaryCommand({}))
  assert.deepEqual([SummaryMap?.Users, SummaryMap?.Groups, SummaryMap?.AccessKeysPerUserQuota], [1, 1, 2])
})

test("an account has one alias, no password policy, and nobody who can sign in", async () => {
  await send(new CreateAccountAliasCommand({ AccountAlias: "harbour" }))
  assert.deepEqual((await send(new ListAccountAliasesCommand({}))).AccountAliases, ["harbour"])
  await send(new DeleteAccountAliasCommand({ AccountAlias: "harbour" }))
  assert.deepEqual((await send(new ListAccountAliasesCommand({}))).AccountAliases, [])
  await assert.rejects(
    send(new GetAccountPasswordPolicyCommand({})),
    refused("NoSuchEntityException", `The Password Policy with domain name ${account} cannot be found.`, 404),
  )
  await send(new CreateUserCommand({ UserName: "silent" }))
  await assert.rejects(
    send(new GetLoginProfileCommand({ UserName: "silent" })),
    refused("NoSuchEntityException", "Login Profile for User silent cannot be found.", 404),
  )
  assert.deepEqual((await send(new ListMFADevicesCommand({ UserName: "silent" }))).MFADevices, [])
  await assert.rejects(send(new CreateLoginProfileCommand({ UserName: "silent", Password: "x" })), {
    name: "NotImplemented",
    message: /iam:CreateLoginProfile/,
  })
})

test("a simulation says what policies would decide, by which statement, and what it was not told", async () => {
  const text = policy(
    { ...allow("s3:*"), Condition: { StringEquals: { "aws:PrincipalTag/team": "web" } } },
    { Effect: "Deny", Action: "s3:Delete*", Resource: "*" },
  )
  const simulate = async (more: object = {}) =>
    (
      await send(
        new SimulateCustomPolicyCommand({
          PolicyInputList: [text],
          ActionNames: ["s3:GetObject", "s3:DeleteObject"],
          ResourceArns: ["arn:aws:s3:::bucket/x"],
          ...more,
        }),
      )
    ).EvaluationResults
  const untold = await simulate()
  assert.deepEqual(
    untold?.map((r) => [r.EvalDecision, r.MissingContextValues]),
    [
      ["implicitDeny", ["aws:PrincipalTag/team"]],
      ["explicitDeny", ["aws:PrincipalTag/team"]],
    ],
  )
  const told = await simulate({
    ContextEntries: [{ ContextKeyName: "aws:principaltag/TEAM", ContextKeyType: "string", ContextKeyValues: ["web"] }],
  })
  const [read, remove] = told ?? []
  assert.deepEqual([read?.EvalDecision, remove?.EvalDecision], ["allowed", "explicitDeny"])
  const [statement] = read?.MatchedStatements ?? []
  assert.equal(statement?.SourcePolicyId, "PolicyInputList.1")
  const { StartPosition, EndPosition } = statement ?? {}
  const shown = text.slice((StartPosition?.Column ?? 0) - 1, (EndPosition?.Column ?? 0) - 1)
  assert.deepEqual(JSON.parse(shown), JSON.parse(text).Statement[0])
  assert.equal(read?.ResourceSpecificResults?.[0]?.EvalResourceDecision, "allowed")
  const keys = await send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList: [text] }))
  assert.deepEqual(keys.ContextKeyNames, ["aws:PrincipalTag/team"])
})

test("a principal is simulated with its groups and its boundary", async () => {
  const UserName = "simulated"
  await send(new CreateUserCommand({ UserName }))
  await send(new CreateGroupCommand({ GroupName: "clusters" }))
  await send(new AddUserToGroupCommand({ GroupName: "clusters", UserName }))
  await send(
    new PutGroupPolicyCommand({
      GroupName: "clusters",
      PolicyName: "ecs",
      PolicyDocument: policy(allow("ecs:*", "arn:aws:ecs:*:*:cluster/*")),
    }),
  )
  await send(new AttachUserPolicyCommand({ UserName, PolicyArn: "arn:aws:iam::aws:policy/IAMReadOnlyAccess" }))
  const decisions = async () => {
    const { EvaluationResults } = await send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: iamArn(`user/${UserName}`),
        ActionNames: ["ecs:DeleteCluster", "iam:GetRole", "s3:GetObject"],
        ResourceArns: ["arn:aws:ecs:us-east-1:123456789012:cluster/a"],
      }),
    )
    return EvaluationResults?.map((r) => r.EvalDecision)
  }
  assert.deepEqual(await decisions(), ["allowed", "allowed", "implicitDeny"])
  await send(
    new PutUserPermissionsBoundaryCommand({
      UserName,
      PermissionsBoundary: "arn:aws:iam::aws:policy/IAMReadOnlyAccess",
    }),
  )
  assert.deepEqual(await decisions(), ["implicitDeny", "allowed", "implicitDeny"])
  await assert.rejects(
    send(new SimulatePrincipalPolicyCommand({ PolicySourceArn: iamArn("user/none"), ActionNames: ["s3:GetObject"] })),
    refused("NoSuchEntityException", "The user with name none cannot be found.", 404),
  )
})
