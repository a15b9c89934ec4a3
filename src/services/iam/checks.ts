// What IAM demands of the members of a request, whatever the operation: lengths, patterns, values. Each is found by the name of
// the member; the limits are those of IAM's API reference, the words those of AWS's common framework.
import { fault } from "../../kernel/index.ts"

interface Constraint {
  readonly min?: number
  readonly max?: number
  /** The whole value must match; `shown` is how AWS writes it. */
  readonly pattern?: { readonly test: RegExp; readonly shown: string }
  /** IAM's own words for the characters of a name, which it says instead of the pattern. */
  readonly characters?: { readonly test: RegExp; readonly allowed: string }
  readonly oneOf?: readonly string[]
  /** Bounds of a number. */
  readonly least?: number
  readonly most?: number
}

const nameCharacters = {
  test: /^[\w+=,.@-]+$/,
  allowed: "It must contain only alphanumeric characters and/or the following: +=,.@_-",
}
const pathCharacters = {
  test: /^(\/|\/[\u0021-\u007e]+\/)$/,
  allowed: "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
}
const name = (max: number): Constraint => ({ min: 1, max, characters: nameCharacters })
const text = { test: /^[\t\n\r\u0020-\u00ff]+$/, shown: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" }
const document: Constraint = { min: 1, max: 131_072, pattern: text }
const arn: Constraint = { min: 20, max: 2048 }
const word = { test: /^\w+$/, shown: "[\\w]+" }

const constraints: Readonly<Record<string, Constraint>> = {
  UserName: name(64),
  NewUserName: name(64),
  GroupName: name(128),
  NewGroupName: name(128),
  RoleName: name(64),
  PolicyName: name(128),
  InstanceProfileName: name(128),
  Path: { min: 1, max: 512, characters: pathCharacters },
  NewPath: { min: 1, max: 512, characters: pathCharacters },
  PathPrefix: { min: 1, max: 512, pattern: { test: /^\/[\u0021-\u007f]*$/, shown: "\\u002F[\\u0021-\\u007F]*" } },
  PolicyDocument: document,
  AssumeRolePolicyDocument: document,
  PolicyArn: arn,
  PermissionsBoundary: arn,
  PolicySourceArn: arn,
  MaxSessionDuration: { least: 3600, most: 43_200 },
  MaxItems: { least: 1, most: 1000 },
  Marker: { min: 1, max: 320 },
  AccessKeyId: { min: 16, max: 128, pattern: word },
  VersionId: { pattern: { test: /^v[1-9]\d*(\.[A-Za-z0-9-]*)?$/, shown: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?" } },
  AWSServiceName: { min: 1, max: 128, pattern: { test: /^[\w+=,.@-]+$/, shown: "[\\w+=,.@-]+" } },
  CustomSuffix: { min: 1, max: 64, pattern: { test: /^[\w+=,.@-]+$/, shown: "[\\w+=,.@-]+" } },
  DeletionTaskId: { min: 1, max: 1000 },
  AccountAlias: {
    min: 3,
    max: 63,
    pattern: {
      test: /^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/,
      shown: "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
    },
  },
  Scope: { oneOf: ["All", "AWS", "Local"] },
  PolicyUsageFilter: { oneOf: ["PermissionsPolicy", "PermissionsBoundary"] },
  EntityFilter: { oneOf: ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"] },
}

/** Where the limits differ by operation. */
const exceptions: Readonly<Record<string, Constraint>> = {
  "CreatePolicy.Path": {
    min: 1,
    max: 512,
    pattern: {
      test: /^((\/[A-Za-z0-9.,+@=_-]+)*)\/$/,
      shown: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/",
    },
  },
  "CreatePolicy.Description": { max: 1000 },
  "CreateRole.Description": roleDescription(),
  "UpdateRole.Description": roleDescription(),
  "UpdateRoleDescription.Description": roleDescription(),
  "CreateServiceLinkedRole.Description": roleDescription(),
  "CreateAccessKey.Status": {},
  "UpdateAccessKey.Status": { oneOf: ["Active", "Inactive"] },
}

function roleDescription(): Constraint {
  return {
    max: 1000,
    pattern: {
      test: /^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/,
      shown: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
    },
  }
}

/** Throws for what is out of bounds in a request: all of it in one sentence, as AWS's framework does. */
export const checkInput = (operation: string, input: object): void => {
  const complaints: string[] = []
  for (const [member, value] of Object.entries(input)) {
    const constraint = exceptions[`${operation}.${member}`] ?? constraints[member]
    if (constraint && value !== undefined) complaints.push(...complaintsOf(camel(member), value, constraint))
    if (member === "Tags" && Array.isArray(value)) complaints.push(...tagComplaints(value))
    if (member === "TagKeys" && Array.isArray(value)) complaints.push(...keyComplaints(value))
  }
  refuse(complaints)
  for (const [member, value] of Object.entries(input)) {
    const { characters } = exceptions[`${operation}.${member}`] ?? constraints[member] ?? {}
    if (characters && typeof value === "string" && !characters.test.test(value))
      throw fault("ValidationError", `The specified value for ${camel(member)} is invalid. ${characters.allowed}`)
  }
}

const camel = (member: string): string => `${member.charAt(0).toLowerCase()}${member.slice(1)}`

const failed = (value: unknown, at: string, must: string): string =>
  `Value '${String(value)}' at '${at}' failed to satisfy constraint: Member must ${must}`

const complaintsOf = (at: string, value: unknown, { min, max, pattern, oneOf, least, most }: Constraint): string[] => {
  if (typeof value === "number") {
    if (least !== undefined && value < least) return [failed(value, at, `have value greater than or equal to ${least}`)]
    return most !== undefined && value > most ? [failed(value, at, `have value less than or equal to ${most}`)] : []
  }
  if (typeof value !== "string") return []
  const out: string[] = []
  if (oneOf && !oneOf.includes(value))
    return [`Value at '${at}' failed to satisfy constraint: Member must satisfy enum value set`]
  if (min !== undefined && value.length < min)
    out.push(failed(value, at, `have length greater than or equal to ${min}`))
  if (max !== undefined && value.length > max) out.push(failed(value, at, `have length less than or equal to ${max}`))
  if (pattern && !pattern.test.test(value))
    out.push(failed(value, at, `satisfy regular expression pattern: ${pattern.shown}`))
  return out
}

const tagKey: Constraint = {
  min: 1,
  max: 128,
  pattern: { test: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u, shown: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
}
const tagValue: Constraint = {
  max: 256,
  pattern: { test: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, shown: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
}

const tooMany = (at: string, list: readonly unknown[]): string[] =>
  list.length > 50 ? [failed(JSON.stringify(list), at, "have length less than or equal to 50")] : []

const tagComplaints = (tags: readonly { readonly Key?: string; readonly Value?: string }[]): string[] => [
  ...tooMany("tags", tags),
  ...tags.flatMap((tag, i) => [
    ...complaintsOf(`tags.${i + 1}.member.key`, tag.Key ?? "", tagKey),
    ...complaintsOf(`tags.${i + 1}.member.value`, tag.Value ?? "", tagValue),
  ]),
]

const keyComplaints = (keys: readonly string[]): string[] => [
  ...tooMany("tagKeys", keys),
  ...keys.flatMap((key, i) => complaintsOf(`tagKeys.${i + 1}.member`, key, tagKey)),
]

const refuse = (complaints: readonly string[]): void => {
  const n = complaints.length
  if (n > 0)
    throw fault("ValidationError", `${n} validation error${n === 1 ? "" : "s"} detected: ${complaints.join("; ")}`)
}
