// STS as the SDK and the AWS CLI see it, over the query protocol: who somebody is, and who may assume which role.
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import {
  AttachUserPolicyCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  GetRoleCommand,
  GetUserCommand,
  PutRolePolicyCommand,
  TagUserCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateUserCommand,
} from "@aws-sdk/client-iam"
import {
  type AssumeRoleCommandInput,
  DecodeAuthorizationMessageCommand,
  GetAccessKeyInfoCommand,
} from "@aws-sdk/client-sts"
import { account } from "../support/aws-endpoint.ts"
import { allow, iamArn, policy, refused, trust } from "../support/iam.ts"
import { anyone, assume, deniedAssume, identity, keysOf, type StsEndpoint, stsEndpoint } from "../support/sts.ts"

let aws: StsEndpoint
let root: StsEndpoint["root"]
let { stsAs, iamAs, role, user } = {} as StsEndpoint
before(async () => {
  aws = await stsEndpoint()
  ;({ root, stsAs, iamAs, role, user } = aws)
})
after(() => aws.close())

describe("who somebody is", () => {
  test("a key that is an account number is that account's root", async () => {
    const expected = { Account: account, Arn: iamArn("root"), UserId: account }
    assert.deepEqual(await identity(root), expected)
    const { json, stderr } = await aws.cli("sts", "get-caller-identity")
    assert.deepEqual(json, expected, stderr)
  })

  test("a user is named by its ARN and id, a session of a role by role and session", async () => {
    const keys = await user("whoami")
    const { User } = await aws.client.send(new GetUserCommand({ UserName: "whoami" }))
    assert.deepEqual(await identity(stsAs(keys)), {
      Account: account,
      Arn: iamArn("user/whoami"),
      UserId: User?.UserId,
    })
    const { arn, id } = await role("Named", anyone, { Path: "/a/b/" })
    const made = await assume(root, arn)
    const sessionArn = `arn:aws:sts::${account}:assumed-role/Named/ci`
    assert.deepEqual(made.AssumedRoleUser, { AssumedRoleId: `${id}:ci`, Arn: sessionArn })
    assert.equal(made.PackedPolicySize, undefined)
    assert.deepEqual(await identity(stsAs(keysOf(made.Credentials))), {
      Account: account,
      Arn: sessionArn,
      UserId: `${id}:ci`,
    })
  })

  test("a key tells its account, and an encoded message is none of ours", async () => {
    const { accessKeyId } = await user("keyed")
    const info = (AccessKeyId: string) => root.send(new GetAccessKeyInfoCommand({ AccessKeyId }))
    assert.equal((await info(accessKeyId)).Account, account)
    await assert.rejects(info("NOTAKEYNOTAKEYNO"), { name: "ValidationError" })
    await assert.rejects(
      root.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: "x" })),
      refused("InvalidAuthorizationMessageException", "Message is not valid."),
    )
  })
})

describe("AssumeRole", () => {
  test("the trust policy decides: the account delegates to its users' policies, a user that is named needs none", async () => {
    const permitted = stsAs(await user("permitted", allow("sts:AssumeRole")))
    const plain = stsAs(await user("plain"))
    const { arn: delegating } = await role("delegating", anyone)
    const { arn: naming } = await role("naming", trust({ AWS: iamArn("user/plain") }))
    const { arn: serving } = await role("serving", trust({ Service: "ecs-tasks.amazonaws.com" }))
    await assume(permitted, delegating)
    await assert.rejects(assume(plain, delegating), deniedAssume)
    await assume(plain, naming)
    await assert.rejects(assume(permitted, naming), deniedAssume)
    // Not the root either: the role is for tasks.
    for (const client of [permitted, root]) await assert.rejects(assume(client, serving), deniedAssume)
    await assert.rejects(assume(root, iamArn("role/no-such-role")), deniedAssume)
  })

  test("conditions of the trust policy see the external id and the tags of the caller", async () => {
    const { arn } = await role(
      "conditional",
      trust(
        { AWS: account },
        { Condition: { StringEquals: { "sts:ExternalId": "42", "aws:PrincipalTag/team": "web" } } },
      ),
    )
    const client = stsAs(await user("partner", allow("sts:*")))
    await assert.rejects(assume(client, arn, { ExternalId: "42" }), deniedAssume)
    await aws.client.send(new TagUserCommand({ UserName: "partner", Tags: [{ Key: "Team", Value: "web" }] }))
    await assume(client, arn, { ExternalId: "42" })
    await assert.rejects(assume(client, arn, { ExternalId: "43" }), deniedAssume)
    await assert.rejects(assume(client, arn), deniedAssume)
  })

  test("a session may do what its role allows, within what it was begun with", async () => {
    const { arn } = await role("limited", anyone)
    await aws.client.send(
      new PutRolePolicyCommand({
        RoleName: "limited",
        PolicyName: "p",
        PolicyDocument: policy(allow(["iam:GetRole", "iam:ListRoles"])),
      }),
    )
    const getRole = new GetRoleCommand({ RoleName: "limited" })
    const whole = iamAs(keysOf((await assume(root, arn)).Credentials))
    await whole.send(getRole)
    await assert.rejects(whole.send(new GetUserCommand({ UserName: "plain" })), { name: "AccessDenied" })
    const narrowed = await assume(root, arn, { Policy: policy(allow(["iam:ListRoles", "iam:GetUser"])) })
    assert.ok((narrowed.PackedPolicySize ?? 0) > 0)
    const session = iamAs(keysOf(narrowed.Credentials))
    await assert.rejects(session.send(getRole), refused("AccessDenied", /because no session policy allows/, 403))
    await assert.rejects(session.send(new GetUserCommand({ UserName: "plain" })), { name: "AccessDenied" })
    const byArn = await assume(root, arn, { PolicyArns: [{ arn: "arn:aws:iam::aws:policy/AmazonECS_FullAccess" }] })
    await assert.rejects(iamAs(keysOf(byArn.Credentials)).send(getRole), { name: "AccessDenied" })
  })

  test("the session of a role that is made anew under its name can do nothing", async () => {
    const RoleName = "reborn"
    const { arn } = await role(RoleName, anyone)
    const grant = new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument: policy(allow("iam:*")) })
    await aws.client.send(grant)
    const session = iamAs(keysOf((await assume(root, arn)).Credentials))
    await session.send(new GetRoleCommand({ RoleName }))
    await aws.client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "p" }))
    await aws.client.send(new DeleteRoleCommand({ RoleName }))
    await role(RoleName, anyone)
    await aws.client.send(grant)
    await assert.rejects(session.send(new GetRoleCommand({ RoleName })), { name: "AccessDenied" })
  })

  test("how long a session may last is bounded by its role, and to an hour when roles are chained", async () => {
    const { arn } = await role("long", anyone, { MaxSessionDuration: 7200 })
    const short = await role("short", anyone)
    const { Credentials: made } = await assume(root, arn, { DurationSeconds: 7200 })
    const left = (made?.Expiration?.getTime() ?? 0) - Date.now()
    assert.ok(left > 7100_000 && left <= 7200_000, String(left))
    await assert.rejects(
      assume(root, short.arn, { DurationSeconds: 7200 }),
      refused("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
    )
    await assert.rejects(
      assume(root, arn, { DurationSeconds: 899 }),
      refused(
        "ValidationError",
        "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
      ),
    )
    await aws.client.send(
      new PutRolePolicyCommand({ RoleName: "short", PolicyName: "p", PolicyDocument: policy(allow("sts:*")) }),
    )
    const chained = stsAs(keysOf((await assume(root, short.arn)).Credentials))
    await assume(chained, arn)
    await assert.rejects(
      assume(chained, arn, { DurationSeconds: 3601 }),
      refused(
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
      ),
    )
  })

  test("tags go with a session where its trust policy says so; transitive ones go on, and cannot be changed", async () => {
    const tagging = policy({
      Effect: "Allow",
      Principal: { AWS: account },
      Action: ["sts:AssumeRole", "sts:TagSession"],
    })
    const first = await role("first", tagging)
    const second = await role("second", tagging)
    const untagged = await role("untagged", anyone)
    const onlyWeb = policy({
      Effect: "Allow",
      Action: ["iam:GetRole", "sts:*"],
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalTag/Team": "web" } },
    })
    for (const RoleName of ["first", "second"])
      await aws.client.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument: onlyWeb }))
    const Tags = [{ Key: "team", Value: "web" }]
    await assert.rejects(
      assume(root, untagged.arn, { Tags }),
      refused("AccessDenied", /is not authorized to perform: sts:TagSession/, 403),
    )
    const invalid = (more: Partial<AssumeRoleCommandInput>, message: string) =>
      assert.rejects(assume(root, first.arn, more), refused("InvalidParameterValue", message))
    await invalid(
      { Tags: [...Tags, { Key: "TEAM", Value: "x" }] },
      "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
    await invalid(
      { Tags, TransitiveTagKeys: ["other"] },
      "The specified transitive tag key must be included in the requested tags.",
    )
    const begun = await assume(root, first.arn, { Tags, TransitiveTagKeys: ["team"] })
    const chained = stsAs(keysOf(begun.Credentials))
    await assert.rejects(
      assume(chained, second.arn, { Tags: [{ Key: "Team", Value: "ops" }] }),
      refused(
        "InvalidParameterValue",
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
      ),
    )
    const on = iamAs(keysOf((await assume(chained, second.arn)).Credentials))
    await on.send(new GetRoleCommand({ RoleName: "second" }))
    const without = iamAs(keysOf((await assume(root, second.arn)).Credentials))
    await assert.rejects(without.send(new GetRoleCommand({ RoleName: "second" })), { name: "AccessDenied" })
  })

  test("what is no ARN, no session name, no policy or too much of it is refused in STS's words", async () => {
    const { arn } = await role("worded", anyone)
    await assert.rejects(
      assume(root, "nothing-valid-in-here"),
      refused("ValidationError", "nothing-valid-in-here is invalid"),
    )
    await assert.rejects(
      assume(root, arn, { RoleSessionName: "Session1:2" }),
      refused(
        "ValidationError",
        "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
      ),
    )
    await assert.rejects(
      assume(root, arn, { Policy: "{" }),
      refused("MalformedPolicyDocumentException", "Syntax errors in policy."),
    )
    await assert.rejects(
      assume(root, arn, { Policy: policy(allow(Array.from({ length: 200 }, (_, i) => `s3:Get${i}`))) }),
      refused("PackedPolicyTooLargeException", /^Packed policy consumes \d+% of allotted space/),
    )
    await assert.rejects(
      assume(root, arn, { SerialNumber: iamArn("mfa/me"), TokenCode: "123456" }),
      refused("AccessDenied", /^MultiFactorAuthentication failed/, 403),
    )
  })

  test("trust is in a user and not in its name: it goes with a new name, and not to the next of an old one", async () => {
    const keys = await user("trusted")
    const { arn } = await role("trusting", trust({ AWS: iamArn("user/trusted") }))
    await aws.client.send(new UpdateUserCommand({ UserName: "trusted", NewUserName: "renamed" }))
    await assume(stsAs(keys), arn)
    await aws.client.send(new DeleteAccessKeyCommand({ UserName: "renamed", AccessKeyId: keys.accessKeyId }))
    const { User } = await aws.client.send(new GetUserCommand({ UserName: "renamed" }))
    await aws.client.send(new DeleteUserCommand({ UserName: "renamed" }))
    const { Role } = await aws.client.send(new GetRoleCommand({ RoleName: "trusting" }))
    assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""), trust({ AWS: User?.UserId }))
    await assert.rejects(assume(stsAs(await user("renamed")), arn), deniedAssume)
  })

  test("a trust policy that is changed is asked from the next request on", async () => {
    const { arn } = await role("changing", anyone)
    await assume(root, arn)
    await aws.client.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: "changing",
        PolicyDocument: policy({ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" }),
      }),
    )
    await assert.rejects(assume(root, arn), deniedAssume)
  })
})

test("administrators of the account need no other policy", async () => {
  const keys = await user("admin")
  await aws.client.send(
    new AttachUserPolicyCommand({ UserName: "admin", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
  )
  const { arn } = await role("for-admins", anyone)
  await assume(stsAs(keys), arn)
})
