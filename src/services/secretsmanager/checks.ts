// What Secrets Manager checks of its inputs before it looks anything up, in its words.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/ (each operation's "Request Parameters")
import { fault } from "../../kernel/index.ts"

/** The fault for a member that breaks a constraint of the model. Without a value the member is a secret: none is repeated. */
export const broken = (member: string, constraint: string, value?: unknown) =>
  fault(
    "ValidationException",
    `1 validation error detected: Value ${value === undefined ? "" : `'${String(value)}' `}at '${member}' failed to satisfy constraint: ${constraint}`,
  )

/** Throws unless the text has so many characters. `shown` says that an error may repeat it. */
export const checkLength = (member: string, text: string, least: number, most: number, shown = true): void => {
  const value = shown ? text : undefined
  if (text.length < least) throw broken(member, `Member must have length greater than or equal to ${least}`, value)
  if (text.length > most) throw broken(member, `Member must have length less than or equal to ${most}`, value)
}

/** A whole number within bounds; `usual` when none was given. */
export const numberOf = (member: string, value: number | undefined, least: number, most: number, usual: number) => {
  if (value === undefined) return usual
  if (value < least) throw broken(member, `Member must have value greater than or equal to ${least}`, value)
  if (value > most) throw broken(member, `Member must have value less than or equal to ${most}`, value)
  return value
}

/** The text seen for a name of other characters, of new secrets and of those that are looked for. */
export const invalidName = () =>
  fault(
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
  )

export const isName = (name: string): boolean => /^[A-Za-z0-9\-/_+=.@!]+$/.test(name)

/** The name of a new secret. */
export const newName = (name: string | undefined): string => {
  const text = name ?? ""
  checkLength("name", text, 1, 512)
  if (!isName(text)) throw invalidName()
  return text
}

/**
 * The token that names a new version. The SDKs and the CLI make one; without one AWS refuses, in different classes of error.
 */
export const tokenOf = (
  token: string | undefined,
  code: "InvalidRequestException" | "InvalidParameterException" = "InvalidRequestException",
): string => {
  if (token === undefined || token === "") {
    throw fault(code, "You must provide a ClientRequestToken value. We recommend a UUID-type value.")
  }
  if (token.length < 32 || token.length > 64) {
    throw fault("InvalidParameterException", "ClientRequestToken must be 32-64 characters long.")
  }
  return token
}

/** A value as it comes in: text or bytes. */
export interface PlainValue {
  readonly kind: "string" | "binary"
  readonly bytes: Uint8Array
}

/** AWS: "The secret value can be up to 65,536 bytes". */
const mostBytes = 65_536

/** The value of an input that may have one; throws when it has both kinds or one that is too long. */
export const plainValue = (input: {
  readonly SecretString?: string | undefined
  readonly SecretBinary?: Uint8Array | undefined
}): PlainValue | undefined => {
  const { SecretString, SecretBinary } = input
  if (SecretString !== undefined && SecretBinary !== undefined) {
    // Text from memory.
    throw fault(
      "InvalidParameterException",
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    )
  }
  if (SecretString === undefined && SecretBinary === undefined) return undefined
  const bytes = SecretString === undefined ? (SecretBinary ?? new Uint8Array()) : Buffer.from(SecretString)
  const member = SecretString === undefined ? "secretBinary" : "secretString"
  if (bytes.length < 1) throw broken(member, "Member must have length greater than or equal to 1")
  if (bytes.length > mostBytes) throw broken(member, `Member must have length less than or equal to ${mostBytes}`)
  return { kind: SecretString === undefined ? "binary" : "string", bytes }
}

/** The description and key of a secret that is made or changed. */
export const checkTexts = (input: {
  readonly Description?: string | undefined
  readonly KmsKeyId?: string | undefined
  readonly Type?: string | undefined
}): void => {
  checkLength("description", input.Description ?? "", 0, 2048)
  checkLength("kmsKeyId", input.KmsKeyId ?? "", 0, 2048)
  checkLength("type", input.Type ?? "", 0, 128)
}
