// Sessions of users over the wire, and tokens that STS takes from nobody.
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { GetUserCommand } from "@aws-sdk/client-iam"
import {
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  GetAccessKeyInfoCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  type STSClient,
} from "@aws-sdk/client-sts"
import { account } from "../support/aws-endpoint.ts"
import { allow, iamArn, policy, refused, trust } from "../support/iam.ts"
import { assume, identity, keysOf, type StsEndpoint, stsEndpoint } from "../support/sts.ts"

let aws: StsEndpoint
let root: StsEndpoint["root"]
let { stsAs, iamAs, role, user } = {} as StsEndpoint
before(async () => {
  aws = await stsEndpoint()
  ;({ root, stsAs, iamAs, role, user } = aws)
})
after(() => aws.close())

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
