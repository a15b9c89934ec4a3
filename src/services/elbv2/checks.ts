// What is checked of an input before anything is looked up: constraints that AWS's framework words, and names.
import { type Fault, fault } from "../../kernel/index.ts"

export const invalid = (message: string): Fault => fault("ValidationError", message)
export const misconfigured = (message: string): Fault => fault("InvalidConfigurationRequest", message)

/** The fault for a member that breaks a constraint of the model. */
export const broken = (member: string, value: unknown, constraint: string): Fault =>
  invalid(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  )

/** Throws unless a number that is there lies within bounds. */
export const checkRange = (member: string, value: number | undefined, least: number, most: number): void => {
  if (value === undefined) return
  if (value < least) throw broken(member, value, `Member must have value greater than or equal to ${least}`)
  if (value > most) throw broken(member, value, `Member must have value less than or equal to ${most}`)
}

/** Throws unless a text that is there is at most so long. */
export const checkLength = (member: string, text: string | undefined, most: number, least = 0): void => {
  if (text === undefined) return
  if (text.length < least) throw broken(member, text, `Member must have length greater than or equal to ${least}`)
  if (text.length > most) throw broken(member, text, `Member must have length less than or equal to ${most}`)
}

/** One of these words, when it is there. */
export const oneOf = <T extends string>(member: string, text: string | undefined, all: readonly T[]): T | undefined => {
  if (text === undefined) return undefined
  const found = all.find((one) => one === text)
  if (found === undefined) throw broken(member, text, `Member must satisfy enum value set: [${all.join(", ")}]`)
  return found
}

/** In the order of the model. */
export const protocols = [
  ...["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC"],
] as readonly Protocol[]
type Protocol = "HTTP" | "HTTPS" | "TCP" | "TLS" | "UDP" | "TCP_UDP" | "GENEVE" | "QUIC" | "TCP_QUIC"

export const checkPort = (member: string, port: number | undefined): void => checkRange(member, port, 1, 65535)

/**
 * A new name. The text for one that is too long of load balancers is from cfn-lint issue 3259, those of target groups are
 * from moto's tests.
 */
export const checkName = (what: "load balancer" | "target group", name: string): void => {
  const subject = what === "load balancer" ? `The load balancer name '${name}'` : `Target group name '${name}'`
  // text from memory
  if (name === "") throw invalid(`A ${what} name must be specified`)
  if (name.length > 32) throw invalid(`${subject} cannot be longer than '32' characters`)
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw invalid(`${subject} can only contain characters that are alphanumeric characters or hyphens(-)`)
  if (name.startsWith("-") || name.endsWith("-")) throw invalid(`${subject} cannot begin or end with '-'`)
  // text from memory
  if (what === "load balancer" && name.startsWith("internal-"))
    throw invalid(`${subject} cannot begin with 'internal-'`)
}

/** Lists the ARNs of what was repeated. */
export const repeated = (all: readonly string[]): readonly string[] => [
  ...new Set(all.filter((one, i) => all.indexOf(one) !== i)),
]
