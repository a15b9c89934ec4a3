// What Certificate Manager checks of its inputs before it looks anything up, in its words.
// https://docs.aws.amazon.com/acm/latest/APIReference/ (each operation's "Request Parameters"; patterns of botocore's model)
import { fault } from "../../kernel/index.ts"

/** The fault for a member that breaks a constraint of the model. Without a value the member is a secret: none is repeated. */
export const broken = (member: string, constraint: string, value?: unknown) =>
  fault(
    "ValidationException",
    `1 validation error detected: Value ${value === undefined ? "" : `'${String(value)}' `}at '${member}' failed to satisfy constraint: ${constraint}`,
  )

export const invalid = (message: string) => fault("ValidationException", message)

/** Throws unless the text, or the bytes, are so long. Bytes are not repeated. */
export const checkLength = (member: string, text: string | Uint8Array, least: number, most: number): void => {
  const value = typeof text === "string" ? text : undefined
  if (text.length < least) throw broken(member, `Member must have length greater than or equal to ${least}`, value)
  if (text.length > most) throw broken(member, `Member must have length less than or equal to ${most}`, value)
}

/** A value of an enumeration. */
export const oneOf = <T extends string>(member: string, value: string, allowed: readonly T[]): T => {
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw broken(member, `Member must satisfy enum value set: [${allowed.join(", ")}]`, value)
  return found
}

const domainForm = "(\\*\\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])"
const domain = new RegExp(`^${domainForm}$`)

/** A name that a certificate can be for, in lower case. */
export const domainOf = (member: string, name: string): string => {
  checkLength(member, name, 1, 253)
  if (!domain.test(name)) throw broken(member, `Member must satisfy regular expression pattern: ${domainForm}`, name)
  return name.toLowerCase()
}

/** A whole number within bounds; `usual` when none was given. */
export const numberOf = (member: string, value: number | undefined, least: number, most: number, usual: number) => {
  if (value === undefined) return usual
  if (value < least) throw broken(member, `Member must have value greater than or equal to ${least}`, value)
  if (value > most) throw broken(member, `Member must have value less than or equal to ${most}`, value)
  return value
}
