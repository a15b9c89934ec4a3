// Users, groups and access keys over the wire; what a key can do once it is inactive, or its user gone.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteGroupCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetGroupCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateAccessKeyCommand,
  UpdateGroupCommand,
  UpdateUserCommand,
  waitUntilUserExists,
} from "@aws-sdk/client-iam"
import { account } from "../support/aws-endpoint.ts"
import { allow, type IamEndpoint, iamArn, iamEndpoint, policy, refused } from "../support/iam.ts"

let aws: IamEndpoint
const send: IamEndpoint["client"]["send"] = ((command: never) => aws.client.send(command)) as never
before(async () => {
  aws = await iamEndpoint()
})
after(() => aws.close())

const conflict = (what: string) => refused("DeleteConflictException", `Cannot delete entity, must ${what} first.`, 409)

test("a user is made, renamed and listed; the id stays, the ARN follows the name", async () => {
  const { User } = await send(
    new CreateUserCommand({ UserName: "Ann", Path: "/ops/", Tags: [{ Key: "team", Value: "ops" }] }),
  )
  assert.equal(User?.Arn, iamArn("user/ops/Ann"))
  assert.match(User?.UserId ?? "", /^AIDA[A-Z2-7]{17}$/)
  assert.deepEqual(User?.Tags, [{ Key: "team", Value: "ops" }])
  await waitUntilUserExists({ client: aws.client, maxWaitTime: 60 }, { UserName: "Ann" })
  await assert.rejects(
    send(new CreateUserCommand({ UserName: "ann" })),
    refused("EntityAlreadyExistsException", "User with name ann already exists.", 409),
  )
  await send(new UpdateUserCommand({ UserName: "Ann", NewUserName: "Anna", NewPath: "/" }))
  const renamed = (await send(new GetUserCommand({ UserName: "Anna" }))).User
  assert.deepEqual([renamed?.Arn, renamed?.UserId], [iamArn("user/Anna"), User?.UserId])
  await assert.rejects(
    send(new GetUserCommand({ UserName: "Ann" })),
    refused("NoSuchEntityException", "The user with name Ann cannot be found.", 404),
  )
  const { Users } = await send(new ListUsersCommand({}))
  assert.deepEqual(
    Users?.filter((u) => u.UserName === "Anna").map((u) => [u.Tags, u.Path]),
    [[undefined, "/"]],
  )
  assert.deepEqual((await send(new ListUserTagsCommand({ UserName: "Anna" }))).Tags, [{ Key: "team", Value: "ops" }])
})

test("GetUser without a name is the caller: the root of its account, or the user of the key", async () => {
  const { User } = await send(new GetUserCommand({}))
  assert.deepEqual([User?.Arn, User?.UserId], [`arn:aws:iam::${account}:root`, account])
  const client = new IAMClient({ ...aws.sdk, credentials: await aws.userWithKey("self") })
  await send(
    new PutUserPolicyCommand({ UserName: "self", PolicyName: "own", PolicyDocument: policy(allow("iam:GetUser")) }),
  )
  assert.equal((await client.send(new GetUserCommand({}))).User?.UserName, "self")
  client.destroy()
})

test("a user has two keys at most; an inactive or deleted one is refused from the next request on", async () => {
  const credentials = await aws.userWithKey("keyed")
  const AccessKeyId = credentials.accessKeyId
  assert.match(AccessKeyId, /^AKIA[A-Z2-7]{16}$/)
  const client = new IAMClient({ ...aws.sdk, credentials })
  await send(new PutUserPolicyCommand({ UserName: "keyed", PolicyName: "iam", PolicyDocument: policy(allow("iam:*")) }))
  const second = await client.send(new CreateAccessKeyCommand({}))
  assert.equal(second.AccessKey?.UserName, "keyed")
  await assert.rejects(
    client.send(new CreateAccessKeyCommand({})),
    refused("LimitExceededException", "Cannot exceed quota for AccessKeysPerUser: 2", 409),
  )
  await send(new UpdateAccessKeyCommand({ UserName: "keyed", AccessKeyId, Status: "Inactive" }))
  // In relaxed mode too: a key that was minted is never taken for a stranger's.
  await assert.rejects(
    client.send(new GetUserCommand({})),
    refused("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
  )
  const { AccessKeyMetadata } = await send(new ListAccessKeysCommand({ UserName: "keyed" }))
  assert.deepEqual(
    AccessKeyMetadata?.map((k) => [k.AccessKeyId, k.Status]),
    [
      [AccessKeyId, "Inactive"],
      [second.AccessKey?.AccessKeyId, "Active"],
    ],
  )
  await send(new UpdateAccessKeyCommand({ UserName: "keyed", AccessKeyId, Status: "Active" }))
  await client.send(new GetUserCommand({}))
  await send(new DeleteAccessKeyCommand({ UserName: "keyed", AccessKeyId }))
  await assert.rejects(
    send(new DeleteAccessKeyCommand({ UserName: "keyed", AccessKeyId })),
    refused("NoSuchEntityException", `The Access Key with id ${AccessKeyId} cannot be found.`, 404),
  )
  await assert.rejects(
    send(new GetAccessKeyLastUsedCommand({ AccessKeyId })),
    refused("NoSuchEntityException", `The Access Key with id ${AccessKeyId} cannot be found.`, 404),
  )
  const unused = await send(new GetAccessKeyLastUsedCommand({ AccessKeyId: second.AccessKey?.AccessKeyId }))
  assert.deepEqual(
    [unused.UserName, unused.AccessKeyLastUsed?.ServiceName, unused.AccessKeyLastUsed?.Region],
    ["keyed", "N/A", "N/A"],
  )
  client.destroy()
})

test("a user can be deleted only when nothing of it is left", async () => {
  const UserName = "leaving"
  const { accessKeyId: AccessKeyId } = await aws.userWithKey(UserName)
  const PolicyArn = "arn:aws:iam::aws:policy/AmazonECS_FullAccess"
  const remove = () => send(new DeleteUserCommand({ UserName }))
  await send(new CreateGroupCommand({ GroupName: "leavers" }))
  await send(new AddUserToGroupCommand({ GroupName: "leavers", UserName }))
  await send(new AttachUserPolicyCommand({ UserName, PolicyArn }))
  await send(new PutUserPolicyCommand({ UserName, PolicyName: "p", PolicyDocument: policy(allow("s3:Get*")) }))
  await assert.rejects(remove(), conflict("remove users from group"))
  await assert.rejects(send(new DeleteGroupCommand({ GroupName: "leavers" })), conflict("remove users from group"))
  await send(new RemoveUserFromGroupCommand({ GroupName: "leavers", UserName }))
  await assert.rejects(remove(), conflict("detach all policies"))
  await send(new DetachUserPolicyCommand({ UserName, PolicyArn }))
  await assert.rejects(
    send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    refused("NoSuchEntityException", `Policy ${PolicyArn} was not found.`, 404),
  )
  await assert.rejects(remove(), conflict("delete policies"))
  await send(new DeleteUserPolicyCommand({ UserName, PolicyName: "p" }))
  await assert.rejects(
    send(new GetUserPolicyCommand({ UserName, PolicyName: "p" })),
    refused("NoSuchEntityException", "The user policy with name p cannot be found.", 404),
  )
  await assert.rejects(remove(), conflict("delete access keys"))
  await send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }))
  await remove()
  await send(new DeleteGroupCommand({ GroupName: "leavers" }))
})

test("a group that is renamed keeps its members", async () => {
  const { Group } = await send(new CreateGroupCommand({ GroupName: "devs", Path: "/eng/" }))
  assert.equal(Group?.Arn, iamArn("group/eng/devs"))
  for (const UserName of ["bea", "cem"]) {
    await send(new CreateUserCommand({ UserName }))
    await send(new AddUserToGroupCommand({ GroupName: "devs", UserName }))
  }
  await send(new PutGroupPolicyCommand({ GroupName: "devs", PolicyName: "p", PolicyDocument: policy(allow("ecs:*")) }))
  await send(new UpdateGroupCommand({ GroupName: "devs", NewGroupName: "engineers" }))
  const { Users } = await send(new GetGroupCommand({ GroupName: "engineers" }))
  assert.deepEqual(
    Users?.map((u) => u.UserName),
    ["bea", "cem"],
  )
  const { Groups } = await send(new ListGroupsForUserCommand({ UserName: "bea" }))
  assert.deepEqual(
    Groups?.map((g) => [g.GroupName, g.Arn, g.GroupId]),
    [["engineers", iamArn("group/eng/engineers"), Group?.GroupId]],
  )
  assert.ok((await send(new ListGroupsCommand({}))).Groups?.every((g) => g.GroupName !== "devs"))
  await assert.rejects(
    send(new GetGroupCommand({ GroupName: "devs" })),
    refused("NoSuchEntityException", "The group with name devs cannot be found.", 404),
  )
})

test("inline policies of a user have a size together", async () => {
  await send(new CreateUserCommand({ UserName: "wordy" }))
  const put = (PolicyName: string, length: number) =>
    send(
      new PutUserPolicyCommand({
        UserName: "wordy",
        PolicyName,
        PolicyDocument: policy(allow(`s3:${"x".repeat(length)}`)),
      }),
    )
  await put("a", 1000)
  await put("a", 1200)
  await assert.rejects(
    put("b", 1000),
    refused("LimitExceededException", "Maximum policy size of 2048 bytes exceeded for user wordy", 409),
  )
})
