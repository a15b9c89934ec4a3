// What the Parameter Store checks of its inputs before it looks anything up, in its words.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
import { fault } from "../../kernel/index.ts"

export const invalid = (message: string) => fault("ValidationException", message)

/** The fault for a member that breaks a constraint of the model. */
export const broken = (member: string, value: unknown, constraint: string) =>
  invalid(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  )

/** Throws unless the text has so many characters. */
export const checkLength = (member: string, text: string, least: number, most: number): void => {
  if (text.length < least) throw broken(member, text, `Member must have length greater than or equal to ${least}`)
  if (text.length > most) throw broken(member, text, `Member must have length less than or equal to ${most}`)
}

/** Throws unless the list has so many members. */
export const checkCount = (member: string, list: readonly string[], most: number): void => {
  const value = `[${list.join(", ")}]`
  if (list.length < 1) throw broken(member, value, "Member must have length greater than or equal to 1.")
  if (list.length > most) throw broken(member, value, `Member must have length less than or equal to ${most}.`)
}

/** A whole number within bounds; the greatest when none was given. */
export const limitOf = (value: number | undefined, most: number): number => {
  if (value === undefined) return most
  if (value < 1) throw broken("maxResults", value, "Member must have value greater than or equal to 1")
  if (value > most) throw broken("maxResults", value, `Member must have value less than or equal to ${most}`)
  return value
}

/** One of these words, when it is there. */
export const oneOf = <T extends string>(member: string, text: string | undefined, all: readonly T[]): T | undefined => {
  if (text === undefined) return undefined
  const found = all.find((one) => one === text)
  if (!found) throw broken(member, text, `Member must satisfy enum value set: [${all.join(", ")}]`)
  return found
}

const notLikePath =
  "If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"

export const malformedName = () =>
  invalid(`Parameter name: can't be prefixed with "ssm" (case-insensitive). ${notLikePath}`)

/** AWS: "Parameter hierarchies are limited to a maximum depth of fifteen levels". */
const deepest = 15
/** AWS counts the ARN's other parts to the name: of 2,048 characters 1,037 are its own. */
const longestName = 1011

/** The name of a parameter that is put: spaces around it are taken away, reserved and malformed ones refused. */
export const newName = (text: string | undefined): string => {
  const name = (text ?? "").trim()
  checkLength("name", name, 1, 2048)
  const isPath = name.lastIndexOf("/") > 0
  const bare = name.replace(/^\/+/, "").toLowerCase()
  if (/^\/aws\//i.test(name) && isPath) {
    throw fault("AccessDeniedException", `No access to reserved parameter name: ${name}.`)
  }
  if (bare.startsWith("aws") || bare.startsWith("ssm")) {
    if (isPath) throw malformedName()
    throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).')
  }
  if (name.includes("/") && !name.startsWith("/")) throw invalid("Parameter name must be a fully qualified name.")
  if (!/^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/.test(name)) {
    throw malformedName()
  }
  if (name.replace(/^\//, "").split("/").length > deepest) {
    throw fault(
      "HierarchyLevelLimitExceededException",
      `A hierarchy can have a maximum of ${deepest} levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide.`,
    )
  }
  // Text from memory.
  if (name.length > longestName) throw invalid(`Parameter name can't be longer than ${longestName} characters.`)
  return name
}

/** The path of GetParametersByPath and of the filter Path. Public parameters lie below `/aws/service`. */
export const checkPath = (path: string): string => {
  if (!/^\/([A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*\/?)?$/.test(path)) {
    throw invalid(
      'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
    )
  }
  return path.replace(/\/+$/, "")
}
