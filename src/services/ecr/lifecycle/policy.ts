// The text of a lifecycle policy: read, and refused in AWS's words. Pure.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html

export interface LifecycleRule {
  readonly priority: number
  readonly tagStatus: "tagged" | "untagged" | "any"
  /** An image must have a tag for each of them. */
  readonly prefixes: readonly string[]
  /** The same with wildcards. */
  readonly patterns: readonly string[]
  readonly count:
    | { readonly type: "imageCountMoreThan"; readonly number: number }
    | { readonly type: "sinceImagePushed"; readonly days: number }
}

/** Why a text is no policy. */
export class LifecycleRefused extends Error {}

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const longest = 30_720
const mostRules = 50
const mostTags = 50
const mostWildcards = 4

const list = (names: readonly string[]): string => `[${names.map((name) => JSON.stringify(name)).join(",")}]`

/** An object with these members and no others. The words are those of the JSON schema validator that AWS has there. */
const members = (value: unknown, required: readonly string[], optional: readonly string[] = []): Json => {
  if (!isObject(value))
    throw new LifecycleRefused(
      `instance type (${Array.isArray(value) ? "array" : typeof value}) does not match any allowed primitive type (allowed: ["object"])`,
    )
  const missing = required.filter((name) => !Object.hasOwn(value, name)).toSorted()
  if (missing.length > 0) throw new LifecycleRefused(`object has missing required properties (${list(missing)})`)
  const strange = Object.keys(value).filter((name) => !required.includes(name) && !optional.includes(name))
  if (strange.length > 0)
    throw new LifecycleRefused(`object instance has properties which are not allowed by the schema: (${list(strange)})`)
  return value
}

const oneOf = <T extends string>(value: unknown, values: readonly T[]): T => {
  const found = values.find((one) => one === value)
  if (found === undefined)
    throw new LifecycleRefused(
      `instance value (${JSON.stringify(value)}) not found in enum (possible values: ${list(values)})`,
    )
  return found
}

const positive = (value: unknown): number => {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    throw new LifecycleRefused(
      `instance type (${typeof value}) does not match any allowed primitive type (allowed: ["integer"])`,
    )
  if (value < 1)
    throw new LifecycleRefused(`numeric instance is lower than the required minimum (minimum: 1, found: ${value})`)
  return value
}

const texts = (value: unknown): readonly string[] => {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string" || item === "" || item.length > 128))
    throw new LifecycleRefused(
      `instance type (${typeof value}) does not match any allowed primitive type (allowed: ["array"])`,
    )
  if (value.length > mostTags)
    throw new LifecycleRefused(
      `array is too long: must have at most ${mostTags} elements but instance has ${value.length} elements`,
    )
  return value as string[]
}

const countOf = (selection: Json): LifecycleRule["count"] => {
  const type = oneOf(selection.countType, ["imageCountMoreThan", "sinceImagePushed"])
  const number = positive(selection.countNumber)
  if (type === "imageCountMoreThan") {
    if (selection.countUnit !== undefined)
      throw new LifecycleRefused("countUnit must not be given with countType=imageCountMoreThan") // text from memory
    return { type, number }
  }
  oneOf(selection.countUnit, ["days"])
  return { type, days: number }
}

const ruleOf = (value: unknown): LifecycleRule => {
  const rule = members(value, ["rulePriority", "selection", "action"], ["description"])
  const action = members(rule.action, ["type"])
  oneOf(action.type, ["expire"])
  const selection = members(
    rule.selection,
    ["tagStatus", "countType", "countNumber"],
    ["tagPrefixList", "tagPatternList", "countUnit"],
  )
  const tagStatus = oneOf(selection.tagStatus, ["tagged", "untagged", "any"])
  const prefixes = texts(selection.tagPrefixList)
  const patterns = texts(selection.tagPatternList)
  const lists = Number(prefixes.length > 0) + Number(patterns.length > 0)
  if (tagStatus === "tagged" && lists === 0)
    throw new LifecycleRefused("Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.")
  if (tagStatus === "tagged" && lists === 2)
    throw new LifecycleRefused("Cannot specify both tagPrefixList and tagPatternList.") // text from memory
  if (tagStatus !== "tagged" && lists > 0)
    throw new LifecycleRefused(
      `tagPrefixList and tagPatternList must be empty when tagStatus=${tagStatus.toUpperCase()}.`,
    ) // text from memory
  if (patterns.some((pattern) => pattern.split("*").length - 1 > mostWildcards))
    throw new LifecycleRefused(`A tag pattern can have at most ${mostWildcards} wildcards.`) // text from memory
  return { priority: positive(rule.rulePriority), tagStatus, prefixes, patterns, count: countOf(selection) }
}

const checkTogether = (rules: readonly LifecycleRule[]): void => {
  if (new Set(rules.map(({ priority }) => priority)).size < rules.length)
    throw new LifecycleRefused("Rule priorities must be unique.") // text from memory
  if (rules.filter(({ tagStatus }) => tagStatus === "untagged").length > 1)
    throw new LifecycleRefused("Only one rule can select Untagged images per storage class")
  const any = rules.filter(({ tagStatus }) => tagStatus === "any")
  if (any.length > 1) throw new LifecycleRefused("Only one rule can select any image per storage class") // text from memory
  const [last] = any
  if (last && rules.some(({ priority }) => priority > last.priority))
    throw new LifecycleRefused("Rule for tagStatus=ANY must have the lowest priority per storage class")
  const seen = new Set<string>()
  for (const prefix of rules.flatMap(({ prefixes }) => prefixes)) {
    if (seen.has(prefix)) throw new LifecycleRefused(`Tag prefixes must be unique across rules: '${prefix}'`) // text from memory
    seen.add(prefix)
  }
}

/** The rules in the order of their priority. Throws {@link LifecycleRefused}. */
export const readLifecyclePolicy = (text: string): readonly LifecycleRule[] => {
  let value: unknown
  try {
    value = text.length > longest ? undefined : JSON.parse(text)
  } catch {
    value = undefined
  }
  if (!isObject(value)) throw new LifecycleRefused("Could not map policyString into LifecyclePolicy.")
  const { rules } = members(value, ["rules"])
  if (!Array.isArray(rules) || rules.length === 0)
    throw new LifecycleRefused('object has missing required properties (["rules"])')
  if (rules.length > mostRules)
    throw new LifecycleRefused(
      `array is too long: must have at most ${mostRules} elements but instance has ${rules.length} elements`,
    )
  const read = rules.map(ruleOf)
  checkTogether(read)
  return read.toSorted((a, b) => a.priority - b.priority)
}
