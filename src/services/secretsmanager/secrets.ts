// Secrets themselves: CreateSecret, UpdateSecret, DeleteSecret, RestoreSecret.
import type { Cx, Op } from "../../gate/index.ts"
import { Fault, fault, formatArn, scopeKey } from "../../kernel/index.ts"
import type { SecretRow, Tx } from "../../state/index.ts"
import { checkTexts, newName, plainValue, tokenOf } from "./checks.ts"
import { keyOf, liveSecretOf, nameMeant, notFound, secretOf } from "./lookup.ts"
import type { SecretsPorts } from "./ports.ts"
import { current } from "./stages.ts"
import { checkTags } from "./tags.ts"
import { addVersion, madeBefore, versionKey } from "./versions.ts"

const day = 24 * 60 * 60 * 1000
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** The end of a secret's ARN: a secret that is made again under its name is another one to policies. */
const randomEnd = (cx: Cx): string => Array.from({ length: 6 }, () => letters[cx.ids.below(letters.length)]).join("")

const arnOf = (cx: Cx, name: string): string => formatArn("secretsmanager", cx.scope, `secret:${name}-${randomEnd(cx)}`)

const refuseReplication = (input: { readonly AddReplicaRegions?: readonly unknown[] | undefined }): void => {
  if (!input.AddReplicaRegions?.length) return
  throw new Fault(
    "NotImplemented",
    "Roadstead does not replicate secrets to other regions: leave AddReplicaRegions of secretsmanager:CreateSecret out.",
    { status: 501 },
  )
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export const createSecret =
  (ports: SecretsPorts): Op<"secretsmanager", "CreateSecret"> =>
  (cx, input) => {
    const name = newName(input.Name)
    const token = tokenOf(input.ClientRequestToken)
    const value = plainValue(input)
    checkTexts(input)
    refuseReplication(input)
    const tags = input.Tags && checkTags([], input.Tags)
    const known = cx.tx.secrets.get(`${scopeKey(cx.scope)}/${name}`)
    if (known) return alreadyThere(cx, ports, known, token, value)
    const secret = cx.tx.secrets.insert({
      ...cx.scope,
      name,
      arn: arnOf(cx, name),
      ...(input.Description !== undefined && { description: input.Description }),
      ...(input.KmsKeyId && { kmsKeyId: input.KmsKeyId }),
      ...(input.Type !== undefined && { type: input.Type }),
      ...(tags && tags.length > 0 && { tags }),
      createdAt: cx.now,
      changedAt: cx.now,
    })
    const version = value && addVersion(cx, ports, secret, { id: token, value, stages: [current] })
    return { ARN: secret.arn, Name: name, ...(version && { VersionId: version.id }) }
  }

/** The same request again answers what it made; any other is refused. */
const alreadyThere = (
  cx: Cx,
  ports: SecretsPorts,
  known: SecretRow,
  token: string,
  value: ReturnType<typeof plainValue>,
) => {
  if (known.deletion) {
    throw fault(
      "InvalidRequestException",
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
  }
  const version = madeBefore(cx, ports, known, token, value)
  if (version) return { ARN: known.arn, Name: known.name, VersionId: version.id }
  throw fault("ResourceExistsException", `The operation failed because the secret ${known.name} already exists.`)
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html */
export const updateSecret =
  (ports: SecretsPorts): Op<"secretsmanager", "UpdateSecret"> =>
  (cx, input) => {
    const value = plainValue(input)
    const token = tokenOf(input.ClientRequestToken)
    checkTexts(input)
    const secret = liveSecretOf(cx, input.SecretId)
    cx.tx.secrets.patch(keyOf(secret), {
      ...(input.Description !== undefined && { description: input.Description }),
      // AWS: an empty text means aws/secretsmanager again.
      ...(input.KmsKeyId !== undefined && { kmsKeyId: input.KmsKeyId || undefined }),
      ...(input.Type !== undefined && { type: input.Type }),
      changedAt: cx.now,
    })
    const version =
      value &&
      (madeBefore(cx, ports, secret, token, value) ??
        addVersion(cx, ports, secret, { id: token, value, stages: [current] }))
    return { ARN: secret.arn, Name: secret.name, ...(version && { VersionId: version.id }) }
  }

/** Removes a secret with all its versions. */
export const removeSecret = (tx: Tx, secret: SecretRow): void => {
  for (const version of [...tx.secretVersions.by("secret", secret.arn)]) tx.secretVersions.delete(versionKey(version))
  tx.secrets.delete(keyOf(secret))
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html */
export const DeleteSecret: Op<"secretsmanager", "DeleteSecret"> = (cx, input) => {
  const { RecoveryWindowInDays: window, ForceDeleteWithoutRecovery: force = false } = input
  if (force && window !== undefined) {
    throw fault(
      "InvalidParameterException",
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    )
  }
  if (window !== undefined && (window < 7 || window > 30)) {
    throw fault(
      "InvalidParameterException",
      "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
    )
  }
  if (force) return deleteNow(cx, input.SecretId)
  const secret = liveSecretOf(cx, input.SecretId)
  const at = cx.now + (window ?? 30) * day
  cx.tx.secrets.patch(keyOf(secret), { deletion: { requestedAt: cx.now, at } })
  return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(at) }
}

/** AWS answers as if it had deleted a secret that was never there, so that scripts can clean up twice. */
const deleteNow = (cx: Cx, id: string | undefined) => {
  const name = nameMeant(id)
  try {
    const secret = secretOf(cx, id)
    removeSecret(cx.tx, secret)
    return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(cx.now) }
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== notFound().code) throw thrown
    return { ARN: arnOf(cx, name), Name: name, DeletionDate: new Date(cx.now) }
  }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html */
export const RestoreSecret: Op<"secretsmanager", "RestoreSecret"> = (cx, input) => {
  const secret = secretOf(cx, input.SecretId)
  cx.tx.secrets.patch(keyOf(secret), { deletion: undefined })
  return { ARN: secret.arn, Name: secret.name }
}
