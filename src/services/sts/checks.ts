// What STS demands of the members of a request: lengths, patterns and ranges of its API reference, in the words of AWS's
// common framework. All that is out of bounds is said in one sentence.
import { fault } from "../../kernel/index.ts"

interface Constraint {
  readonly min?: number
  readonly max?: number
  readonly pattern?: { readonly test: RegExp; readonly shown: string }
  /** Bounds of a number. */
  readonly least?: number
  readonly most?: number
}

const name = { test: /^[\w+=,.@-]*$/, shown: "[\\w+=,.@-]*" }
const document = { test: /^[\t\n\r\u0020-\u00ff]+$/, shown: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" }

const constraints: Readonly<Record<string, Constraint>> = {
  RoleArn: { min: 20, max: 2048 },
  RoleSessionName: { min: 2, max: 64, pattern: name },
  Name: { min: 2, max: 32, pattern: name },
  Policy: { min: 1, pattern: document },
  ExternalId: { min: 2, max: 1224, pattern: { test: /^[\w+=,.@:/-]*$/, shown: "[\\w+=,.@:\\/-]*" } },
  SourceIdentity: { min: 2, max: 64, pattern: name },
  SerialNumber: { min: 9, max: 256, pattern: { test: /^[\w+=/:,.@-]*$/, shown: "[\\w+=/:,.@-]*" } },
  TokenCode: { min: 6, max: 6, pattern: { test: /^\d*$/, shown: "[\\d]*" } },
  AccessKeyId: { min: 16, max: 128, pattern: { test: /^\w*$/, shown: "[\\w]*" } },
  EncodedMessage: { min: 1, max: 10_240 },
  WebIdentityToken: { min: 4, max: 20_000 },
  SAMLAssertion: { min: 4, max: 100_000 },
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

type Tag = { readonly Key?: string; readonly Value?: string }

/** Throws for what is out of bounds; `longest` is the operation's own limit of DurationSeconds. */
export const checkInput = (input: object, longest = 43_200): void => {
  const complaints = Object.entries(input).flatMap(([member, value]) => {
    const at = `${member.charAt(0).toLowerCase()}${member.slice(1)}`
    if (member === "DurationSeconds") return complaintsOf(at, value, { least: 900, most: longest })
    if (member === "Tags" && Array.isArray(value)) return tagComplaints(value as readonly Tag[])
    if (member === "TransitiveTagKeys" && Array.isArray(value))
      return value.flatMap((key, i) => complaintsOf(`transitiveTagKeys.${i + 1}.member`, key, tagKey))
    return complaintsOf(at, value, constraints[member] ?? {})
  })
  const n = complaints.length
  if (n > 0)
    throw fault("ValidationError", `${n} validation error${n === 1 ? "" : "s"} detected: ${complaints.join("; ")}`)
}

const tagComplaints = (tags: readonly Tag[]): string[] => [
  ...(tags.length > 50 ? [failed(JSON.stringify(tags), "tags", "have length less than or equal to 50")] : []),
  ...tags.flatMap((tag, i) => [
    ...complaintsOf(`tags.${i + 1}.member.key`, tag.Key ?? "", tagKey),
    ...complaintsOf(`tags.${i + 1}.member.value`, tag.Value ?? "", tagValue),
  ]),
]

const failed = (value: unknown, at: string, must: string): string =>
  `Value '${String(value)}' at '${at}' failed to satisfy constraint: Member must ${must}`

const complaintsOf = (at: string, value: unknown, { min, max, pattern, least, most }: Constraint): string[] => {
  if (typeof value === "number") {
    if (least !== undefined && value < least) return [failed(value, at, `have value greater than or equal to ${least}`)]
    return most !== undefined && value > most ? [failed(value, at, `have value less than or equal to ${most}`)] : []
  }
  if (typeof value !== "string") return []
  const out: string[] = []
  if (min !== undefined && value.length < min)
    out.push(failed(value, at, `have length greater than or equal to ${min}`))
  if (max !== undefined && value.length > max) out.push(failed(value, at, `have length less than or equal to ${max}`))
  if (pattern && !pattern.test.test(value))
    out.push(failed(value, at, `satisfy regular expression pattern: ${pattern.shown}`))
  return out
}
