import assert from "node:assert/strict"
import { test } from "node:test"
import { secretsHarness, tokens } from "../../../test/support/secrets-harness.ts"

const day = 24 * 60 * 60 * 1000
const missing = "Secrets Manager can't find the specified secret."
const marked = "You can't perform this operation on the secret because it was marked for deletion."

const setUp = () => {
  const harness = secretsHarness()
  const token = tokens()
  return {
    ...harness,
    token,
    make: (Name: string, SecretString = "hunter2") =>
      harness.call("CreateSecret", { Name, SecretString, ClientRequestToken: token() }),
  }
}

test("a secret is found by its name, its ARN, and its ARN without the random end", async () => {
  const { call, make, refuses } = setUp()
  const { ARN = "" } = await make("prod/db")
  assert.match(ARN, /^arn:aws:secretsmanager:us-east-1:123456789012:secret:prod\/db-[A-Za-z0-9]{6}$/)
  for (const SecretId of ["prod/db", ARN, ARN.slice(0, -7)]) {
    assert.equal((await call("GetSecretValue", { SecretId })).SecretString, "hunter2")
  }
  const other = ARN.replace("us-east-1", "eu-west-1")
  for (const SecretId of ["prod", "prod/db-", `${ARN}x`, other]) {
    await refuses("GetSecretValue", { SecretId }, "ResourceNotFoundException", missing)
  }
})

test("a name that ends like a random part is not found by an ARN without one", async () => {
  const { call, make, refuses } = setUp()
  const { ARN = "" } = await make("app-a1b2c3")
  await refuses("GetSecretValue", { SecretId: ARN.slice(0, -7) }, "ResourceNotFoundException", missing)
  assert.equal((await call("GetSecretValue", { SecretId: "app-a1b2c3" })).SecretString, "hunter2")
})

test("names of other characters are refused wherever a secret is named", async () => {
  const { refuses, token } = setUp()
  const words =
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
  for (const name of ["Inv Name", " Inv*Name? ", "ü"]) {
    await refuses("CreateSecret", { Name: name, ClientRequestToken: token() }, "ValidationException", words)
    await refuses("DescribeSecret", { SecretId: name }, "ValidationException", words)
    await refuses("DeleteSecret", { SecretId: name, ForceDeleteWithoutRecovery: true }, "ValidationException", words)
  }
})

test("the same request again answers what it made, another under the same name is refused", async () => {
  const { call, refuses, token } = setUp()
  const request = { Name: "a", SecretString: "one", ClientRequestToken: token() }
  const made = await call("CreateSecret", request)
  assert.deepEqual(await call("CreateSecret", request), made)
  await refuses(
    "CreateSecret",
    { ...request, SecretString: "two" },
    "ResourceExistsException",
    `You can't use ClientRequestToken ${request.ClientRequestToken} because that value is already in use for a version of secret ${made.ARN}.`,
  )
  await refuses(
    "CreateSecret",
    { ...request, ClientRequestToken: token() },
    "ResourceExistsException",
    "The operation failed because the secret a already exists.",
  )
  await refuses(
    "CreateSecret",
    { Name: "b", SecretString: "x" },
    "InvalidRequestException",
    "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
  )
})

test("a secret that is marked for deletion refuses everything but looking and restoring, until its window is over", async () => {
  const { call, make, refuses, clock, token } = setUp()
  const { ARN } = await make("a")
  const { DeletionDate } = await call("DeleteSecret", { SecretId: "a", RecoveryWindowInDays: 7 })
  assert.equal(DeletionDate?.getTime(), clock.now() + 7 * day)
  for (const refused of [
    refuses("GetSecretValue", { SecretId: "a" }, "InvalidRequestException", marked),
    refuses(
      "PutSecretValue",
      { SecretId: "a", SecretString: "x", ClientRequestToken: token() },
      "InvalidRequestException",
      marked,
    ),
    refuses("TagResource", { SecretId: "a", Tags: [] }, "InvalidRequestException", marked),
    refuses("DeleteSecret", { SecretId: "a" }, "InvalidRequestException", marked),
    refuses(
      "CreateSecret",
      { Name: "a", ClientRequestToken: token() },
      "InvalidRequestException",
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    ),
  ]) {
    await refused
  }
  assert.equal((await call("ListSecrets", {})).SecretList?.length, 0)
  assert.equal((await call("ListSecrets", { IncludePlannedDeletion: true })).SecretList?.length, 1)
  assert.equal((await call("DescribeSecret", { SecretId: "a" })).DeletedDate?.getTime(), DeletionDate?.getTime())

  await call("RestoreSecret", { SecretId: "a" })
  assert.equal((await call("GetSecretValue", { SecretId: "a" })).SecretString, "hunter2")
  await clock.advance(8 * day)
  assert.equal((await call("DescribeSecret", { SecretId: "a" })).ARN, ARN)

  await call("DeleteSecret", { SecretId: "a" })
  await clock.advance(30 * day - 1)
  assert.ok((await call("DescribeSecret", { SecretId: "a" })).DeletedDate)
  await clock.advance(1)
  await refuses("DescribeSecret", { SecretId: "a" }, "ResourceNotFoundException", missing)
  assert.notEqual((await make("a")).ARN, ARN)
})

test("a secret can be deleted at once, also one that is marked or was never there", async () => {
  const { call, make, refuses, state } = setUp()
  await make("a")
  await call("DeleteSecret", { SecretId: "a" })
  await call("DeleteSecret", { SecretId: "a", ForceDeleteWithoutRecovery: true })
  await refuses("DescribeSecret", { SecretId: "a" }, "ResourceNotFoundException", missing)
  assert.equal(
    state.view((view) => view.secretVersions.size),
    0,
  )
  const { Name, ARN, DeletionDate } = await call("DeleteSecret", {
    SecretId: "never",
    ForceDeleteWithoutRecovery: true,
  })
  assert.equal(Name, "never")
  assert.ok(ARN && DeletionDate)
  await refuses("DeleteSecret", { SecretId: "never" }, "ResourceNotFoundException", missing)
})

test("the recovery window is 7 to 30 days, and goes with no force", async () => {
  const { make, refuses } = setUp()
  await make("a")
  for (const RecoveryWindowInDays of [0, 6, 31]) {
    const words = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
    await refuses("DeleteSecret", { SecretId: "a", RecoveryWindowInDays }, "InvalidParameterException", words)
  }
  await refuses(
    "DeleteSecret",
    { SecretId: "a", RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
    "InvalidParameterException",
    "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
  )
})

test("an update changes what it names, and makes a version only when it has a value", async () => {
  const { call, make, token } = setUp()
  const first = await make("a")
  const described = await call("UpdateSecret", {
    SecretId: "a",
    Description: "d",
    KmsKeyId: "alias/k",
    ClientRequestToken: token(),
  })
  assert.deepEqual(described, { ARN: first.ARN, Name: "a" })
  const { VersionId } = await call("UpdateSecret", { SecretId: "a", SecretString: "two", ClientRequestToken: token() })
  const { Description, KmsKeyId, VersionIdsToStages } = await call("DescribeSecret", { SecretId: "a" })
  assert.deepEqual({ Description, KmsKeyId }, { Description: "d", KmsKeyId: "alias/k" })
  assert.deepEqual(VersionIdsToStages, { [first.VersionId ?? ""]: ["AWSPREVIOUS"], [VersionId ?? ""]: ["AWSCURRENT"] })
  await call("UpdateSecret", { SecretId: "a", KmsKeyId: "", ClientRequestToken: token() })
  assert.equal((await call("DescribeSecret", { SecretId: "a" })).KmsKeyId, undefined)
})

test("values are text or bytes of up to 65,536 bytes, not both, and no error repeats one", async () => {
  const { call, refuses, token } = setUp()
  const bytes = Uint8Array.from([0, 1, 255])
  await call("CreateSecret", { Name: "a", SecretBinary: bytes, ClientRequestToken: token() })
  const { SecretBinary, SecretString } = await call("GetSecretValue", { SecretId: "a" })
  assert.deepEqual([SecretBinary, SecretString], [bytes, undefined])
  await call("PutSecretValue", { SecretId: "a", SecretString: "x".repeat(65_536), ClientRequestToken: token() })
  await refuses(
    "PutSecretValue",
    { SecretId: "a", SecretString: "ü".repeat(32_769), ClientRequestToken: token() },
    "ValidationException",
    "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
  )
  await refuses(
    "PutSecretValue",
    { SecretId: "a", SecretString: "x", SecretBinary: bytes, ClientRequestToken: token() },
    "InvalidParameterException",
    "You can't specify both a binary secret value and a string secret value in the same secret.",
  )
  await refuses(
    "PutSecretValue",
    { SecretId: "a", ClientRequestToken: token() },
    "InvalidRequestException",
    "You must provide either SecretString or SecretBinary.",
  )
})

test("replication is refused, and nothing is made", async () => {
  const { refuses, token, state } = setUp()
  await refuses(
    "CreateSecret",
    { Name: "a", AddReplicaRegions: [{ Region: "eu-west-1" }], ClientRequestToken: token() },
    "NotImplemented",
    "Roadstead does not replicate secrets to other regions: leave AddReplicaRegions of secretsmanager:CreateSecret out.",
  )
  assert.equal(
    state.view((view) => view.secrets.size),
    0,
  )
})

test("tags are added, replaced and taken away, and are an empty list then", async () => {
  const { call, make, refuses } = setUp()
  await make("a")
  assert.equal((await call("DescribeSecret", { SecretId: "a" })).Tags, undefined)
  await call("TagResource", {
    SecretId: "a",
    Tags: [
      { Key: "k", Value: "1" },
      { Key: "l", Value: "2" },
    ],
  })
  await call("TagResource", { SecretId: "a", Tags: [{ Key: "k", Value: "3" }] })
  const { Tags } = await call("DescribeSecret", { SecretId: "a" })
  assert.deepEqual(Tags, [
    { Key: "k", Value: "3" },
    { Key: "l", Value: "2" },
  ])
  await call("UntagResource", { SecretId: "a", TagKeys: ["k", "l", "m"] })
  assert.deepEqual((await call("DescribeSecret", { SecretId: "a" })).Tags, [])
  const many = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: "" }))
  await refuses(
    "TagResource",
    { SecretId: "a", Tags: many },
    "InvalidParameterException",
    "A secret can have no more than 50 tags.",
  )
})
