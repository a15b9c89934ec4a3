// What CloudWatch Logs checks of names and numbers before it looks anything up, in its words.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ (each operation's "Request Parameters")
import { fault } from "../../kernel/index.ts"

/** The fault for a member that breaks a constraint of the model. */
export const broken = (member: string, value: unknown, constraint: string) =>
  fault(
    "InvalidParameterException",
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  )

/** A text of at most `most` characters, or a fault. */
export const atMost = (member: string, text: string, most: number): string => {
  if (text.length > most) throw broken(member, text, `Member must have length less than or equal to ${most}`)
  return text
}

/** A member that must be one of these, when it is there. */
export const oneOf = <T extends string>(member: string, text: string | undefined, all: readonly T[]): T | undefined => {
  if (text === undefined) return undefined
  const found = all.find((one) => one === text)
  if (!found) throw broken(member, text, `Member must satisfy enum value set: [${all.join(", ")}]`)
  return found
}

/** Throws unless a list has so many members. */
export const checkCount = (member: string, list: readonly unknown[], least: number, most: number): void => {
  const length = (bound: string) => broken(member, `[${list.join(", ")}]`, `Member must have length ${bound}`)
  if (list.length < least) throw length(`greater than or equal to ${least}`)
  if (list.length > most) throw length(`less than or equal to ${most}`)
}

/** A time in milliseconds, when it is there. */
export const timeOf = (member: string, time: number | undefined): number | undefined => {
  if (time !== undefined && time < 0) throw broken(member, time, "Member must have value greater than or equal to 0")
  return time
}

const checkName = (member: string, name: string, pattern: RegExp, written: string): string => {
  if (name.length < 1) throw broken(member, name, "Member must have length greater than or equal to 1")
  if (name.length > 512) throw broken(member, name, "Member must have length less than or equal to 512")
  if (!pattern.test(name)) throw broken(member, name, `Member must satisfy regular expression pattern: ${written}`)
  return name
}

/** The name of a group, or a fault. */
export const groupName = (name: string | undefined, member = "logGroupName"): string =>
  checkName(member, name ?? "", /^[.\-_/#A-Za-z0-9]+$/, "[\\.\\-_/#A-Za-z0-9]+")

/** The name of a stream, or a fault. */
export const streamName = (name: string | undefined, member = "logStreamName"): string =>
  checkName(member, name ?? "", /^[^:*]*$/, "[^:*]*")

/** The name of a metric filter, or a fault. */
export const filterName = (name: string | undefined, member = "filterName"): string =>
  checkName(member, name ?? "", /^[^:*]*$/, "[^:*]*")

/** A limit within 1 and `most`; `most` when none was asked for, or what is usual. */
export const limitOf = (limit: number | undefined, most: number, usual = most): number => {
  if (limit === undefined) return usual
  if (limit < 1) throw broken("limit", limit, "Member must have value greater than or equal to 1")
  if (limit > most) throw broken("limit", limit, `Member must have value less than or equal to ${most}`)
  return limit
}

/** A token that names no place is answered like this everywhere in the service. */
export const invalidToken = () => fault("InvalidParameterException", "The specified nextToken is invalid.")

/** An opaque token that carries `place`. */
export const writeToken = (place: object): string => Buffer.from(JSON.stringify(place)).toString("base64url")

/** What {@link writeToken} carried, when it has the members of `form` with the same types; throws otherwise. */
export const readToken = <T extends Readonly<Record<string, string | number | boolean>>>(token: string, form: T): T => {
  let place: unknown
  try {
    place = JSON.parse(Buffer.from(token, "base64url").toString())
  } catch {
    throw invalidToken()
  }
  const members = (place ?? {}) as Record<string, unknown>
  for (const [name, example] of Object.entries(form)) {
    if (typeof members[name] !== typeof example) throw invalidToken()
  }
  return place as T
}
