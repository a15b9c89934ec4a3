// STS beside IAM behind a real wire server, with clients for whoever has keys: what the contract tests of STS begin with.
import assert from "node:assert/strict"
import { CreateRoleCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam"
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  type Credentials,
  GetCallerIdentityCommand,
  type GetCallerIdentityCommandOutput,
  STSClient,
} from "@aws-sdk/client-sts"
import { sts } from "../../src/services/sts/index.ts"
import { account } from "./aws-endpoint.ts"
import { type IamEndpoint, iamEndpoint, policy, refused, trust } from "./iam.ts"

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface StsEndpoint extends IamEndpoint {
  /** A stranger's client, who is the root of the account. */
  readonly root: STSClient
  stsAs(credentials: Keys): STSClient
  iamAs(credentials: Keys): IAMClient
  role(name: string, trustPolicy: string, more?: object): Promise<{ arn: string; id: string }>
  /** A new user with a key and one inline policy. */
  user(name: string, ...statements: object[]): Promise<Keys>
}

export const stsEndpoint = async (): Promise<StsEndpoint> => {
  const aws = await iamEndpoint([sts])
  const root = new STSClient(aws.sdk)
  const clients: { destroy(): void }[] = [root]
  const kept = <C extends { destroy(): void }>(client: C): C => {
    clients.push(client)
    return client
  }
  return {
    ...aws,
    root,
    stsAs: (credentials) => kept(new STSClient({ ...aws.sdk, credentials })),
    iamAs: (credentials) => kept(new IAMClient({ ...aws.sdk, credentials })),
    role: async (RoleName, AssumeRolePolicyDocument, more = {}) => {
      const { Role } = await aws.client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, ...more }))
      assert.ok(Role?.Arn && Role.RoleId)
      return { arn: Role.Arn, id: Role.RoleId }
    },
    user: async (name, ...statements) => {
      const keys = await aws.userWithKey(name)
      if (statements.length > 0)
        await aws.client.send(
          new PutUserPolicyCommand({ UserName: name, PolicyName: "p", PolicyDocument: policy(...statements) }),
        )
      return keys
    },
    close: async () => {
      for (const client of clients) client.destroy()
      await aws.close()
    },
  }
}

export const keysOf = (made: Credentials | undefined): Keys => {
  assert.ok(made?.AccessKeyId && made.SecretAccessKey && made.SessionToken)
  return { accessKeyId: made.AccessKeyId, secretAccessKey: made.SecretAccessKey, sessionToken: made.SessionToken }
}

export const assume = (
  client: STSClient,
  RoleArn: string,
  more: Partial<AssumeRoleCommandInput> = {},
): Promise<AssumeRoleCommandOutput> => client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "ci", ...more }))

export const identity = async (client: STSClient): Promise<Omit<GetCallerIdentityCommandOutput, "$metadata">> => {
  const { $metadata, ...answer } = await client.send(new GetCallerIdentityCommand({}))
  return answer
}

/** Every principal of the account, as far as its own policies allow. */
export const anyone = trust({ AWS: account })
export const deniedAssume = refused("AccessDenied", /is not authorized to perform: sts:AssumeRole on resource: /, 403)
