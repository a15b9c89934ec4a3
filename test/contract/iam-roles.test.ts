// Roles, instance profiles and their policies over the wire, in the order in which tools make and unmake them, and out of it.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  waitUntilInstanceProfileExists,
  waitUntilRoleExists,
} from "@aws-sdk/client-iam"
import { allow, ecsTasks, type IamEndpoint, iamArn, iamEndpoint, policy, refused, trust } from "../support/iam.ts"

let aws: IamEndpoint
const send: IamEndpoint["client"]["send"] = ((command: never) => aws.client.send(command)) as never
before(async () => {
  aws = await iamEndpoint()
})
after(() => aws.close())

const execution = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
const read = policy(allow("logs:Get*"))

test("a role is made, gets policies, is read and listed, and can be deleted only when it has none", async () => {
  const RoleName = "app"
  const { Role: made } = await send(
    new CreateRoleCommand({
      RoleName,
      Path: "/teams/web/",
      AssumeRolePolicyDocument: ecsTasks,
      Description: "runs the app",
      Tags: [{ Key: "team", Value: "web" }],
    }),
  )
  assert.equal(made?.Arn, iamArn("role/teams/web/app"))
  assert.match(made?.RoleId ?? "", /^AROA[A-Z2-7]{17}$/)
  assert.equal(decodeURIComponent(made?.AssumeRolePolicyDocument ?? ""), ecsTasks)
  assert.ok(!made?.AssumeRolePolicyDocument?.includes("*"))
  assert.equal(made?.MaxSessionDuration, undefined)
  assert.deepEqual(made?.Tags, [{ Key: "team", Value: "web" }])
  await waitUntilRoleExists({ client: aws.client, maxWaitTime: 60 }, { RoleName })

  await send(new AttachRolePolicyCommand({ RoleName, PolicyArn: execution }))
  await send(new AttachRolePolicyCommand({ RoleName, PolicyArn: execution }))
  await send(new PutRolePolicyCommand({ RoleName, PolicyName: "read", PolicyDocument: read }))
  const { AttachedPolicies } = await send(new ListAttachedRolePoliciesCommand({ RoleName }))
  assert.deepEqual(AttachedPolicies, [{ PolicyName: "AmazonECSTaskExecutionRolePolicy", PolicyArn: execution }])
  assert.deepEqual((await send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames, ["read"])
  const inline = await send(new GetRolePolicyCommand({ RoleName, PolicyName: "read" }))
  assert.equal(decodeURIComponent(inline.PolicyDocument ?? ""), read)

  const { Role } = await send(new GetRoleCommand({ RoleName }))
  assert.deepEqual([Role?.MaxSessionDuration, Role?.RoleLastUsed, Role?.Description], [3600, {}, "runs the app"])
  const { Roles } = await send(new ListRolesCommand({ PathPrefix: "/teams/" }))
  assert.deepEqual(
    Roles?.map((r) => [r.RoleName, r.Tags, r.MaxSessionDuration]),
    [["app", undefined, 3600]],
  )
  assert.deepEqual((await send(new ListRolesCommand({ PathPrefix: "/other/" }))).Roles, [])

  const remove = () => send(new DeleteRoleCommand({ RoleName }))
  await assert.rejects(
    remove(),
    refused("DeleteConflictException", "Cannot delete entity, must detach all policies first.", 409),
  )
  await send(new DetachRolePolicyCommand({ RoleName, PolicyArn: execution }))
  await assert.rejects(
    remove(),
    refused("DeleteConflictException", "Cannot delete entity, must delete policies first.", 409),
  )
  await send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "read" }))
  await remove()
  await assert.rejects(remove(), refused("NoSuchEntityException", "The role with name app cannot be found.", 404))
})

test("names are unique whatever their case, and every refusal is in IAM's words", async () => {
  const create = (RoleName: string, more: object = {}) =>
    send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: ecsTasks, ...more }))
  await create("Deploy")
  await assert.rejects(
    create("deploy"),
    refused("EntityAlreadyExistsException", "Role with name deploy already exists.", 409),
  )
  const invalid = (RoleName: string, more: object, message: string) =>
    assert.rejects(create(RoleName, more), refused("ValidationError", message))
  await invalid(
    "no spaces",
    {},
    "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
  )
  const long = "x".repeat(65)
  await invalid(
    long,
    { MaxSessionDuration: 60 },
    `2 validation errors detected: Value '${long}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64; Value '60' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600`,
  )
  await invalid(
    "x",
    { Path: "teams" },
    "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
  )
  await invalid(
    "x",
    { Tags: [{ Key: "a", Value: "b{" }] },
    "1 validation error detected: Value 'b{' at 'tags.1.member.value' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*",
  )
  await assert.rejects(
    create("x", {
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "A", Value: "2" },
      ],
    }),
    refused("InvalidInputException", "Duplicate tag keys found. Please note that Tag keys are case insensitive."),
  )
  await assert.rejects(
    create("x", { PermissionsBoundary: iamArn("policy/none") }),
    refused("NoSuchEntityException", `Scope ARN: ${iamArn("policy/none")} does not exist or is not attachable.`, 404),
  )
})

test("a trust policy must be one, and name principals that are there", async () => {
  const create = (AssumeRolePolicyDocument: string) =>
    send(new CreateRoleCommand({ RoleName: "trusted", AssumeRolePolicyDocument }))
  const malformed = (document: string, message: string | RegExp) =>
    assert.rejects(create(document), refused("MalformedPolicyDocumentException", message))
  await malformed("{", "This policy contains invalid Json")
  await malformed(
    trust({ AWS: iamArn("user/nobody") }),
    `Invalid principal in policy: "AWS":"${iamArn("user/nobody")}"`,
  )
  await malformed(trust({ Service: "ec2.amazonaws.com" }, { Resource: "*" }), "Has prohibited field Resource")
  await malformed(
    policy({ Effect: "Allow", Principal: "*", Action: "s3:GetObject" }),
    "AssumeRole policy may only specify STS AssumeRole actions.",
  )
  await create(trust({ AWS: "123456789012" }))
  await send(
    new UpdateAssumeRolePolicyCommand({ RoleName: "trusted", PolicyDocument: trust({ AWS: iamArn("role/trusted") }) }),
  )
  const { Role } = await send(new GetRoleCommand({ RoleName: "trusted" }))
  assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""), trust({ AWS: iamArn("role/trusted") }))
})

test("a role is updated, tagged and bounded", async () => {
  const RoleName = "bounded"
  const boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  await send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: ecsTasks, PermissionsBoundary: boundary }))
  await send(new UpdateRoleCommand({ RoleName, Description: "new", MaxSessionDuration: 7200 }))
  await send(new TagRoleCommand({ RoleName, Tags: [{ Key: "Env", Value: "a" }] }))
  await send(
    new TagRoleCommand({
      RoleName,
      Tags: [
        { Key: "env", Value: "b" },
        { Key: "x", Value: "" },
      ],
    }),
  )
  const { Role } = await send(new GetRoleCommand({ RoleName }))
  assert.deepEqual(
    [Role?.Description, Role?.MaxSessionDuration, Role?.PermissionsBoundary?.PermissionsBoundaryArn],
    ["new", 7200, boundary],
  )
  assert.deepEqual((await send(new ListRoleTagsCommand({ RoleName, MaxItems: 1 }))).Tags, [{ Key: "env", Value: "b" }])
  await send(new UntagRoleCommand({ RoleName, TagKeys: ["ENV", "none"] }))
  assert.deepEqual((await send(new ListRoleTagsCommand({ RoleName }))).Tags, [{ Key: "x", Value: "" }])
  await send(new DeleteRolePermissionsBoundaryCommand({ RoleName }))
  assert.equal((await send(new GetRoleCommand({ RoleName }))).Role?.PermissionsBoundary, undefined)
  await send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: boundary }))
  assert.ok((await send(new GetRoleCommand({ RoleName }))).Role?.PermissionsBoundary)
})

test("an instance profile holds one role, which cannot be deleted while it does", async () => {
  const [InstanceProfileName, RoleName] = ["host", "host-role"]
  await send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust({ Service: "ec2.amazonaws.com" }) }))
  const { InstanceProfile } = await send(new CreateInstanceProfileCommand({ InstanceProfileName, Path: "/ecs/" }))
  assert.equal(InstanceProfile?.Arn, iamArn("instance-profile/ecs/host"))
  assert.match(InstanceProfile?.InstanceProfileId ?? "", /^AIPA/)
  assert.deepEqual(InstanceProfile?.Roles, [])
  await waitUntilInstanceProfileExists({ client: aws.client, maxWaitTime: 60 }, { InstanceProfileName })
  const add = () => send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }))
  await add()
  await assert.rejects(
    add(),
    refused("LimitExceededException", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409),
  )
  const got = await send(new GetInstanceProfileCommand({ InstanceProfileName }))
  assert.deepEqual(
    got.InstanceProfile?.Roles?.map((r) => r.Arn),
    [iamArn(`role/${RoleName}`)],
  )
  const forRole = await send(new ListInstanceProfilesForRoleCommand({ RoleName }))
  assert.deepEqual(
    forRole.InstanceProfiles?.map((p) => p.InstanceProfileName),
    [InstanceProfileName],
  )
  const conflict = refused(
    "DeleteConflictException",
    "Cannot delete entity, must remove roles from instance profile first.",
    409,
  )
  await assert.rejects(send(new DeleteRoleCommand({ RoleName })), conflict)
  await assert.rejects(send(new DeleteInstanceProfileCommand({ InstanceProfileName })), conflict)
  await send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }))
  await send(new DeleteInstanceProfileCommand({ InstanceProfileName }))
  await send(new DeleteRoleCommand({ RoleName }))
  await assert.rejects(
    send(new GetInstanceProfileCommand({ InstanceProfileName })),
    refused("NoSuchEntityException", "Instance Profile host cannot be found.", 404),
  )
})

test("lists come in pages, in the order of names", async () => {
  for (const n of [3, 1, 2])
    await send(new CreateRoleCommand({ RoleName: `page${n}`, Path: "/pages/", AssumeRolePolicyDocument: ecsTasks }))
  const names: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page = await send(
      new ListRolesCommand({ PathPrefix: "/pages/", MaxItems: 2, ...(Marker !== undefined && { Marker }) }),
    )
    names.push(...(page.Roles ?? []).map((r) => r.RoleName))
    assert.equal(page.IsTruncated, page.Marker !== undefined)
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.deepEqual(names, ["page1", "page2", "page3"])
  await assert.rejects(
    send(new ListRolesCommand({ MaxItems: 2000 })),
    refused(
      "ValidationError",
      "1 validation error detected: Value '2000' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
    ),
  )
  await assert.rejects(send(new ListRolesCommand({ Marker: "x" })), refused("ValidationError", "Invalid Marker: x"))
})
