// Refusals that many operations of EC2 share, in EC2's words.
import { type Fault, fault } from "../../kernel/index.ts"

/** `Value (x) for parameter cidrBlock is invalid. <why>` */
export const invalidValue = (value: unknown, parameter: string, why: string): Fault =>
  fault("InvalidParameterValue", `Value (${String(value)}) for parameter ${parameter} is invalid. ${why}`)

export const invalid = (message: string): Fault => fault("InvalidParameterValue", message)

/** `The vpc 'vpc-…' has dependencies and cannot be deleted.` */
export const hasDependencies = (kind: string, id: string): Fault =>
  fault("DependencyViolation", `The ${kind} '${id}' has dependencies and cannot be deleted.`)

/** What Roadstead has no means for: said, never taken and dropped. */
export const unsupported = (what: string): Fault => fault("UnsupportedOperation", `Roadstead has no ${what}.`)

/** Throws for the first of `members` that the request sets: each with the words for what there is not. */
export const refuseMembers = (input: object, members: Readonly<Record<string, string>>): void => {
  for (const [name, what] of Object.entries(members)) {
    const value = (input as Readonly<Record<string, unknown>>)[name]
    const empty = value === undefined || value === false || value === 0 || (Array.isArray(value) && value.length === 0)
    if (!empty) throw unsupported(`${what} (${name})`)
  }
}

export const missingParameter = (name: string): Fault =>
  fault("MissingParameter", `The request must contain the parameter ${name}`)
