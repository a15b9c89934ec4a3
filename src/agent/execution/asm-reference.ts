// `valueFrom` of a secret of Secrets Manager: an ARN, behind which a JSON key, a stage and a version may stand. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html

export interface AsmReference {
  readonly SecretId: string
  readonly jsonKey?: string
  readonly VersionStage?: string
  readonly VersionId?: string
}

/** `arn:aws:secretsmanager:<region>:<account>:secret:<name>` has seven parts; three more say which value. */
const [plain, full] = [7, 10]

/** What is meant, or undefined for another number of parts, which means nothing. */
export const parseAsmReference = (valueFrom: string): AsmReference | undefined => {
  const parts = valueFrom.split(":")
  if (parts.length === plain) return { SecretId: valueFrom }
  if (parts.length !== full) return undefined
  const [jsonKey, VersionStage, VersionId] = parts.slice(plain)
  return {
    SecretId: parts.slice(0, plain).join(":"),
    ...(jsonKey && { jsonKey }),
    ...(VersionStage && { VersionStage }),
    ...(VersionId && { VersionId }),
  }
}

/** One member of a secret that is a JSON object, as text; or what is wrong, in the agent's words. */
export const memberOf = (secret: string, key: string): { readonly value: string } | { readonly wrong: string } => {
  let parsed: unknown
  try {
    parsed = JSON.parse(secret)
  } catch {
    // As Go says it of the first character; what follows may be secret.
    return { wrong: `invalid character '${[...secret.trimStart()][0] ?? ""}' looking for beginning of value` }
  }
  const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
  if (!isObject || !Object.hasOwn(parsed as object, key)) {
    return { wrong: `retrieved secret from Secrets Manager did not contain json key ${key}` }
  }
  const value = (parsed as Record<string, unknown>)[key]
  return { value: typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "<nil>") }
}
