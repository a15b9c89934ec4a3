// Secrets Manager as the SDK and the AWS CLI see it.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  paginateListSecretVersionIds,
  ReplicateSecretToRegionsCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from "@aws-sdk/client-secrets-manager"
import { secretsManager } from "../../src/services/secretsmanager/index.ts"
import { type AwsEndpoint, awsEndpoint } from "../support/aws-endpoint.ts"
import { testVault } from "../support/secrets-harness.ts"

let aws: AwsEndpoint
let client: SecretsManagerClient
before(async () => {
  aws = await awsEndpoint([secretsManager({ vault: testVault() })])
  client = new SecretsManagerClient(aws.sdk)
})
after(async () => {
  client.destroy()
  await aws.close()
})

/** What `aws secretsmanager <args>` prints, when it says that all is well. */
const run = async (...args: readonly string[]) => {
  const { code, json, stderr } = await aws.cli("secretsmanager", ...args)
  assert.equal(code, 0, stderr)
  return json as Record<string, never>
}

test("the SDK makes, reads and changes a secret without a token of its own, text and bytes alike", async () => {
  const made = await client.send(new CreateSecretCommand({ Name: "sdk/text", SecretString: "hünter2" }))
  assert.match(made.VersionId ?? "", /^[0-9a-f-]{36}$/)
  const got = await client.send(new GetSecretValueCommand({ SecretId: made.ARN }))
  assert.deepEqual([got.SecretString, got.VersionStages, got.VersionId], ["hünter2", ["AWSCURRENT"], made.VersionId])
  assert.ok(got.CreatedDate instanceof Date)
  const bytes = Uint8Array.from([0, 1, 2, 255])
  await client.send(new PutSecretValueCommand({ SecretId: "sdk/text", SecretBinary: bytes }))
  const binary = await client.send(new GetSecretValueCommand({ SecretId: "sdk/text" }))
  assert.deepEqual([binary.SecretBinary, binary.SecretString], [bytes, undefined])
  const before = await client.send(new GetSecretValueCommand({ SecretId: "sdk/text", VersionStage: "AWSPREVIOUS" }))
  assert.equal(before.SecretString, "hünter2")
  const versions: (string | undefined)[] = []
  for await (const page of paginateListSecretVersionIds({ client, pageSize: 1 }, { SecretId: "sdk/text" })) {
    versions.push(...(page.Versions ?? []).map(({ VersionId }) => VersionId))
  }
  assert.deepEqual(versions, [made.VersionId, binary.VersionId])
})

test("errors are the SDK's own classes, with AWS's words and status", async () => {
  await assert.rejects(client.send(new GetSecretValueCommand({ SecretId: "none" })), (thrown) => {
    assert.ok(thrown instanceof ResourceNotFoundException)
    assert.equal(thrown.message, "Secrets Manager can't find the specified secret.")
    assert.equal(thrown.$metadata.httpStatusCode, 400)
    return true
  })
  await client.send(new CreateSecretCommand({ Name: "sdk/twice", SecretString: "x" }))
  const again = new CreateSecretCommand({ Name: "sdk/twice", SecretString: "x" })
  await assert.rejects(client.send(again), ResourceExistsException)
  const replicate = new ReplicateSecretToRegionsCommand({ SecretId: "sdk/twice", AddReplicaRegions: [{ Region: "a" }] })
  await assert.rejects(client.send(replicate), (thrown) => {
    assert.ok(thrown instanceof SecretsManagerServiceException)
    assert.deepEqual([thrown.name, thrown.$metadata.httpStatusCode], ["NotImplemented", 501])
    return true
  })
})

test("a batch and a list answer what the SDK asks for", async () => {
  await client.send(new CreateSecretCommand({ Name: "batch/a", SecretString: "1", Tags: [{ Key: "k", Value: "v" }] }))
  const batch = await client.send(new BatchGetSecretValueCommand({ SecretIdList: ["batch/a", "batch/none"] }))
  assert.deepEqual(
    [batch.SecretValues?.[0]?.SecretString, batch.Errors?.[0]?.ErrorCode],
    ["1", "ResourceNotFoundException"],
  )
  const list = await client.send(new ListSecretsCommand({ Filters: [{ Key: "name", Values: ["batch/"] }] }))
  assert.deepEqual(list.SecretList?.[0]?.Tags, [{ Key: "k", Value: "v" }])
  assert.ok(!JSON.stringify(list).includes("SecretString"))
  const described = await client.send(new DescribeSecretCommand({ SecretId: "batch/a" }))
  assert.deepEqual(Object.values(described.VersionIdsToStages ?? {}), [["AWSCURRENT"]])
})

// Each start of the CLI takes seconds on a busy machine.
test("the AWS CLI goes through the life of a secret", { timeout: 300_000 }, async () => {
  const made = await run(
    "create-secret",
    "--name",
    "cli/db",
    "--secret-string",
    '{"user":"u","password":"p"}',
    "--tags",
    "Key=a,Value=b",
  )
  const id = ["--secret-id", made.ARN ?? ""]
  const value = async () => (await run("get-secret-value", ...id)).SecretString
  assert.equal(await value(), '{"user":"u","password":"p"}')
  await run("put-secret-value", ...id, "--secret-string", "two", "--version-stages", "AWSCURRENT", "LATEST")
  assert.equal(await value(), "two")
  assert.deepEqual((await run("describe-secret", ...id)).Tags, [{ Key: "a", Value: "b" }])
  await run("delete-secret", ...id, "--recovery-window-in-days", "7")
  const refused = await aws.cli("secretsmanager", "get-secret-value", ...id)
  assert.match(
    refused.stderr,
    /\(InvalidRequestException\).*You can't perform this operation on the secret because it was marked for deletion\./,
  )
  await run("delete-secret", ...id, "--force-delete-without-recovery")
  const { RandomPassword } = await run("get-random-password", "--password-length", "20", "--exclude-punctuation")
  assert.match(String(RandomPassword), /^[A-Za-z0-9]{20}$/)
})
