// The versions of a secret: how one is written and opened, ListSecretVersionIds and UpdateSecretVersionStage.
import type { Cx, Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, VaultError } from "../../kernel/index.ts"
import { type SecretRow, type SecretVersionRow, secretVersionIdentity, type Tx } from "../../state/index.ts"
import { checkLength, numberOf, type PlainValue } from "./checks.ts"
import { keyOf, liveSecretOf, secretOf } from "./lookup.ts"
import { pageOf } from "./pages.ts"
import type { SecretsPorts } from "./ports.ts"
import { current, type Moved, moveLabel, moveToNew } from "./stages.ts"

const day = 24 * 60 * 60 * 1000
/** AWS keeps the hundred newest deprecated versions, and all that are younger than a day. */
const keptDeprecated = 100
/** AWS: "a version can have up to 20 staging labels". */
const mostStages = 20

export const versionKey = (version: Pick<SecretVersionRow, "secretArn" | "id">) => `${version.secretArn} ${version.id}`

export const versionsOf = (cx: ReadCx, secret: SecretRow): readonly SecretVersionRow[] =>
  cx.tx.secretVersions.by("secret", secret.arn)

/** The plain value of a version. */
export const openVersion = ({ vault }: SecretsPorts, version: SecretVersionRow): Buffer => {
  try {
    return vault.open(version.sealed, secretVersionIdentity(version))
  } catch (thrown) {
    if (!(thrown instanceof VaultError)) throw thrown
    throw fault(
      "DecryptionFailure",
      "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    )
  }
}

const relabel = (tx: Tx, secret: SecretRow, moved: Moved): void => {
  for (const [id, stages] of moved) tx.secretVersions.patch(versionKey({ secretArn: secret.arn, id }), { stages })
}

/** Adds a version with these labels, which others lose. */
export const addVersion = (
  cx: Cx,
  { vault }: SecretsPorts,
  secret: SecretRow,
  { id, value, stages }: { readonly id: string; readonly value: PlainValue; readonly stages: readonly string[] },
): SecretVersionRow => {
  const known = versionsOf(cx, secret)
  // AWS: the first version is AWSCURRENT, whatever else it is called.
  const taken = known.length === 0 ? [current, ...stages] : stages
  relabel(cx.tx, secret, moveToNew(known, taken))
  const version = { secretArn: secret.arn, id, kind: value.kind, createdAt: cx.now, stages: [...new Set(taken)].sort() }
  const row = cx.tx.secretVersions.insert({
    ...version,
    sealed: vault.seal(value.bytes, secretVersionIdentity(version)),
  })
  forgetOld(cx, secret)
  cx.tx.secrets.patch(keyOf(secret), { changedAt: cx.now })
  return row
}

/**
 * The version that an earlier request with this token made. Throws when that request had another value: the token stands for
 * one version for ever.
 */
export const madeBefore = (
  cx: ReadCx,
  ports: SecretsPorts,
  secret: SecretRow,
  token: string,
  value: PlainValue | undefined,
): SecretVersionRow | undefined => {
  const version = cx.tx.secretVersions.get(versionKey({ secretArn: secret.arn, id: token }))
  if (!version) return undefined
  if (value && version.kind === value.kind && openVersion(ports, version).equals(value.bytes)) return version
  throw fault(
    "ResourceExistsException",
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${secret.arn}.`,
  )
}

const forgetOld = (cx: Cx, secret: SecretRow): void => {
  const deprecated = versionsOf(cx, secret).filter(({ stages }) => stages.length === 0)
  for (const version of deprecated.slice(0, -keptDeprecated)) {
    if (cx.now - version.createdAt > day) cx.tx.secretVersions.delete(versionKey(version))
  }
}

/** The labels of a new version; AWSCURRENT when the input has none. */
export const stagesOf = (stages: readonly string[] | undefined): readonly string[] => {
  if (stages === undefined) return [current]
  for (const stage of stages) checkLength("versionStages", stage, 1, 256)
  if (stages.length === 0 || stages.length > mostStages) {
    // Text from memory.
    throw fault("InvalidParameterException", `You must provide between 1 and ${mostStages} version stages.`)
  }
  return stages
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html */
export const ListSecretVersionIds: ReadOp<"secretsmanager", "ListSecretVersionIds"> = (cx, input) => {
  const secret = secretOf(cx, input.SecretId)
  const limit = numberOf("maxResults", input.MaxResults, 1, 100, 100)
  const shown = versionsOf(cx, secret).filter(({ stages }) => input.IncludeDeprecated || stages.length > 0)
  const { rows, token } = pageOf(`versions ${secret.arn}`, shown, ({ id }) => id, { limit, token: input.NextToken })
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: rows.map((version) => ({
      VersionId: version.id,
      CreatedDate: new Date(version.createdAt),
      KmsKeyIds: [secret.kmsKeyId ?? "DefaultEncryptionKey"],
      ...(version.stages.length > 0 && { VersionStages: [...version.stages] }),
      ...(version.accessedAt !== undefined && { LastAccessedDate: new Date(version.accessedAt) }),
    })),
    ...(token !== undefined && { NextToken: token }),
  }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html */
export const UpdateSecretVersionStage: Op<"secretsmanager", "UpdateSecretVersionStage"> = (cx, input) => {
  const { VersionStage: stage = "", RemoveFromVersionId: from, MoveToVersionId: to } = input
  checkLength("versionStage", stage, 1, 256)
  const secret = liveSecretOf(cx, input.SecretId)
  const versions = versionsOf(cx, secret)
  const holder = versions.find(({ stages }) => stages.includes(stage))
  checkMove(secret, versions, { stage, from, to, holder: holder?.id })
  const moved = moveLabel(versions, stage, from, to)
  for (const stages of moved.values()) {
    if (stages.length > mostStages) {
      throw fault("LimitExceededException", "You have exceeded the maximum number of staging labels for a version.")
    }
  }
  relabel(cx.tx, secret, moved)
  cx.tx.secrets.patch(keyOf(secret), { changedAt: cx.now })
  return { ARN: secret.arn, Name: secret.name }
}

interface Move {
  readonly stage: string
  readonly from: string | undefined
  readonly to: string | undefined
  readonly holder: string | undefined
}

const checkMove = (
  secret: SecretRow,
  versions: readonly SecretVersionRow[],
  { stage, from, to, holder }: Move,
): void => {
  for (const id of [from, to]) {
    if (id !== undefined && !versions.some((version) => version.id === id)) {
      throw fault("ResourceNotFoundException", `Secrets Manager can't find the specified secret version: ${id}.`)
    }
  }
  if (from === undefined && to === undefined) {
    // Text from memory.
    throw fault("InvalidParameterException", "You must provide RemoveFromVersionId, MoveToVersionId or both.")
  }
  if (from !== undefined && from !== holder) {
    throw fault(
      "InvalidParameterException",
      `The parameter RemoveFromVersionId is incorrect. Staging label ${stage} is ${holder === undefined ? "not attached to any version" : `currently attached to version ${holder}`} of secret ${secret.arn}.`,
    )
  }
  if (from === undefined && holder !== undefined && holder !== to) {
    throw fault(
      "InvalidParameterException",
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    )
  }
  if (stage === current && to === undefined) {
    // AWS: "You can't remove the staging label AWSCURRENT, only move it" (text from memory).
    throw fault(
      "InvalidParameterException",
      "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    )
  }
}
