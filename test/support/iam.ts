// IAM and STS behind a real wire server with the SDK's clients: what the contract tests of both begin with.
import assert from "node:assert/strict"
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam"
import type { ServiceTable } from "../../src/gate/index.ts"
import { iam } from "../../src/services/iam/index.ts"
import { type AwsEndpoint, account, awsEndpoint } from "./aws-endpoint.ts"

export interface IamEndpoint extends AwsEndpoint {
  readonly client: IAMClient
  /** A new user with an access key, as credentials for a client. */
  userWithKey(name: string): Promise<{ accessKeyId: string; secretAccessKey: string }>
}

export const iamEndpoint = async (more: readonly ServiceTable[] = []): Promise<IamEndpoint> => {
  const aws = await awsEndpoint([iam, ...more])
  const client = new IAMClient(aws.sdk)
  return {
    ...aws,
    client,
    userWithKey: async (UserName) => {
      await client.send(new CreateUserCommand({ UserName }))
      const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }))
      assert.ok(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey)
      return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey }
    },
    close: async () => {
      client.destroy()
      await aws.close()
    },
  }
}

export const iamArn = (resource: string): string => `arn:aws:iam::${account}:${resource}`

/** A document of one statement. */
export const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements })

export const allow = (Action: string | readonly string[], Resource = "*"): object => ({
  Effect: "Allow",
  Action,
  Resource,
})

/** A trust policy for one principal. */
export const trust = (Principal: object | string, more: object = {}): string =>
  policy({ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...more })

export const ecsTasks = trust({ Service: "ecs-tasks.amazonaws.com" })

/** What a refusal must be: code, words and status. */
export const refused =
  (name: string, message: string | RegExp, status = 400) =>
  (thrown: unknown) => {
    const error = thrown as { name: string; message: string; $metadata: { httpStatusCode?: number } }
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status], error.message)
    if (typeof message === "string") assert.equal(error.message, message)
    else assert.match(error.message, message)
    return true
  }
