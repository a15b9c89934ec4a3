// STS as the SDK and the AWS CLI see it, over the query protocol: who somebody is, and sessions for a time.
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import {
  AttachUserPolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam"
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  DecodeAuthorizationMessageCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts"
import { sts } from "../../src/services/sts/index.ts"
import { account } from "../support/aws-endpoint.ts"
import { allow, type IamEndpoint, iamArn, iamEndpoint, policy, refused, trust } from "../support/iam.ts"

let aws: IamEndpoint
let root: STSClient
const clients: { destroy(): void }[] = []
before(async () => {
  aws = await iamEndpoint([sts])
  root = new STSClient(aws.sdk)
  clients.push(root)
})
after(async () => {
  for (const client of clients) client.destroy()
  await aws.close()
})

interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}
const keysOf = (made: Credentials | undefined): Keys => {
  assert.ok(made?.AccessKeyId && made.SecretAccessKey && made.SessionToken)
  return { accessKeyId: made.AccessKeyId, secretAccessKey: made.SecretAccessKey, sessionToken: made.SessionToken }
}
const stsAs = (credentials: Keys): STSClient => {
  const client = new STSClient({ ...aws.sdk, credentials })
  clients.push(client)
  return client
}
const iamAs = (credentials: Keys): IAMClient => {
  const client = new IAMClient({ ...aws.sdk, credentials })
  clients.push(client)
  return client
}
const role = async (RoleName: string, AssumeRolePolicyDocument: string, more: object = {}) => {
  const { Role } = await aws.client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, ...more }))
  assert.ok(Role?.Arn && Role.RoleId)
  return { arn: Role.Arn, id: Role.RoleId }
}
const user = async (name: string, ...statements: object[]): Promise<Keys> => {
  const keys = await aws.userWithKey(name)
  if (statements.length > 0)
    await aws.client.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: "p", PolicyDocument: policy(...statements) }),
    )
  return keys
}
const assume = (client: STSClient, RoleArn: string, more: Partial<AssumeRoleCommandInput> = {}) =>
  client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "ci", ...more }))
const identity = async (client: STSClient) => {
  const { $metadata, ...answer } = await client.send(new GetCallerIdentityCommand({}))
  return answer
}
const anyone = trust({ AWS: account })
const deniedAssume = refused("AccessDenied", /is not authorized to perform: sts:AssumeRole on resource: /, 403)

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

describe("sessions of users", () => {
  test("GetSessionToken gives what the user may do, but nothing of IAM, and no session of it another", async () => {
    const keys = await user("sessional", allow("*"))
    const { Credentials: made } = await stsAs(keys).send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
    const session = keysOf(made)
    assert.match(session.accessKeyId, /^ASIA/)
    assert.equal((await identity(stsAs(session))).Arn, iamArn("user/sessional"))
    await assert.rejects(
      iamAs(session).send(new GetUserCommand({})),
      refused("InvalidClientTokenId", "The security token included in the request is invalid", 403),
    )
    await assert.rejects(
      stsAs(session).send(new GetSessionTokenCommand({})),
      refused("AccessDenied", "Cannot call GetSessionToken with session credentials", 403),
    )
    const { arn } = await role("for-sessions", trust({ AWS: iamArn("user/sessional") }))
    await assume(stsAs(session), arn)
  })

  test("GetFederationToken gives no more than both the user and the policy that came with it", async () => {
    const keys = await user("broker", allow("sts:*"))
    const ask = (client: STSClient, more: object = {}) =>
      client.send(new GetFederationTokenCommand({ Name: "guest", ...more }))
    const made = await ask(stsAs(keys), { Policy: policy(allow("sts:GetAccessKeyInfo")) })
    const arn = `arn:aws:sts::${account}:federated-user/guest`
    assert.deepEqual(made.FederatedUser, { FederatedUserId: `${account}:guest`, Arn: arn })
    const guest = stsAs(keysOf(made.Credentials))
    assert.deepEqual(await identity(guest), { Account: account, Arn: arn, UserId: `${account}:guest` })
    const info = new GetAccessKeyInfoCommand({ AccessKeyId: keys.accessKeyId })
    await guest.send(info)
    const bare = await ask(stsAs(keys))
    assert.equal(bare.PackedPolicySize, 0)
    await assert.rejects(stsAs(keysOf(bare.Credentials)).send(info), { name: "AccessDenied" })
    await assert.rejects(
      ask(guest),
      refused("AccessDenied", "Cannot call GetFederationToken with session credentials", 403),
    )
    await assert.rejects(ask(stsAs(await user("nobody"))), { name: "AccessDenied" })
  })

  test("a session without its token, with another's or past its time is refused", async () => {
    const keys = await user("expiring", allow("*"))
    const session = keysOf((await stsAs(keys).send(new GetSessionTokenCommand({}))).Credentials)
    const invalid = refused("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    const { sessionToken: _, ...bare } = session
    await assert.rejects(identity(stsAs(bare)), invalid)
    await assert.rejects(identity(stsAs({ ...session, sessionToken: `${session.sessionToken}x` })), invalid)
    aws.state.transact((tx) => tx.accessKeys.patch(session.accessKeyId, { expiresAt: Date.now() - 1000 }))
    const expired = refused("ExpiredToken", "The security token included in the request is expired", 403)
    await assert.rejects(identity(stsAs(session)), expired)
    // The next session that is made takes it away; it is known to be one of ours all the same.
    await stsAs(keys).send(new GetSessionTokenCommand({}))
    assert.equal(
      aws.state.view((view) => view.accessKeys.has(session.accessKeyId)),
      false,
    )
    await assert.rejects(identity(stsAs(session)), expired)
  })
})

describe("tokens of identity providers", () => {
  test("are refused for want of a provider, without a signature", async () => {
    const claims = Buffer.from(JSON.stringify({ iss: "https://token.example.com" })).toString("base64url")
    const web = (WebIdentityToken: string) =>
      root.send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn: iamArn("role/web"), RoleSessionName: "ci", WebIdentityToken }),
      )
    await assert.rejects(
      web(`e30.${claims}.c2ln`),
      refused(
        "InvalidIdentityTokenException",
        "No OpenIDConnect provider found in your account for https://token.example.com",
      ),
    )
    await assert.rejects(web("not a token"), refused("InvalidIdentityTokenException", /is not a valid JWT/))
    await assert.rejects(
      root.send(
        new AssumeRoleWithSAMLCommand({
          RoleArn: iamArn("role/web"),
          PrincipalArn: iamArn("saml-provider/idp"),
          SAMLAssertion: "PHNhbWw+",
        }),
      ),
      refused("InvalidIdentityTokenException", "Specified provider doesn't exist"),
    )
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
