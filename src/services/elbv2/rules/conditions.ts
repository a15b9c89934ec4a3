// The conditions of a rule: which fields, how many values, and what a value may be. Kept as AWS shows them: host-header and
// path-pattern have their values both in `Values` and in the member that is their own.
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { Frozen } from "../../../state/index.ts"
import { invalid } from "../checks.ts"
import { limits } from "../limits.ts"
import { checkHeader, checkHost, checkMethod, checkPath, checkQuery, checkRegex, checkSource } from "./values.ts"

type Kept = Frozen<RuleCondition>

const fields = [
  "path-pattern",
  "host-header",
  "http-header",
  "http-request-method",
  "query-string",
  "source-ip",
] as const
type Field = (typeof fields)[number]

/** At most one of each of them in a rule. */
const single: readonly Field[] = ["http-request-method", "host-header", "path-pattern", "source-ip"]

/** Words of moto's tests unless something else is said. */
export const checkedConditions = (asked: readonly RuleCondition[]): Kept[] => {
  // text from memory
  if (asked.length === 0) throw invalid("A condition must be specified")
  const conditions = asked.map(checked)
  // text from memory
  for (const field of single)
    if (asked.filter(({ Field }) => Field === field).length > 1)
      throw invalid(`A rule can only have one '${field}' condition`)
  const values = conditions.flatMap(valuesOf)
  // Text of a field report (aws-cdk issue 10065).
  if (values.length > limits.conditionValuesPerRule)
    throw invalid(`A rule can only have '${limits.conditionValuesPerRule}' condition values`)
  const wildcards = conditions
    .filter((one) => !one.RegexValues && !one.HttpHeaderConfig?.RegexValues)
    .flatMap(valuesOf)
    .join(" ")
    .match(/(?<!\\)[*?]/g)?.length
  // text from memory
  if ((wildcards ?? 0) > limits.wildcardsPerRule)
    throw invalid(`A rule can only have '${limits.wildcardsPerRule}' condition wildcards`)
  return conditions
}

/** All values of a condition, as text. */
const valuesOf = (one: Kept): readonly string[] => [
  ...(one.RegexValues ?? one.Values ?? []),
  ...(one.HttpHeaderConfig?.Values ?? one.HttpHeaderConfig?.RegexValues ?? []),
  ...(one.HttpRequestMethodConfig?.Values ?? []),
  ...(one.QueryStringConfig?.Values ?? []).map(({ Key = "", Value = "" }) => `${Key} ${Value}`),
  ...(one.SourceIpConfig?.Values ?? []),
]

const checked = (asked: RuleCondition): Kept => {
  // Text of a field report (aws-sdk-js issue 2658).
  if (asked.Field === undefined || asked.Field === "") throw invalid("A condition field must be specified")
  const field = fields.find((one) => one === asked.Field)
  if (!field) throw invalid(`Condition field '${asked.Field}' must be one of '[${fields.join(",")}]'`)
  checkMembers(field, asked)
  switch (field) {
    case "host-header":
      return patterns(field, asked, asked.HostHeaderConfig, "HostHeaderConfig", checkHost)
    case "path-pattern":
      return patterns(field, asked, asked.PathPatternConfig, "PathPatternConfig", checkPath)
    case "http-header":
      return header(asked)
    case "http-request-method": {
      if (!asked.HttpRequestMethodConfig)
        throw invalid("A 'HttpRequestMethodConfig' must be specified with 'http-request-method'")
      return {
        Field: field,
        HttpRequestMethodConfig: { Values: some(asked.HttpRequestMethodConfig.Values, checkMethod) },
      }
    }
    case "query-string": {
      if (!asked.QueryStringConfig) throw invalid("A 'QueryStringConfig' must be specified with 'query-string'")
      return { Field: field, QueryStringConfig: { Values: some(asked.QueryStringConfig.Values, checkQuery) } }
    }
    case "source-ip": {
      const values = asked.SourceIpConfig?.Values ?? []
      if (!asked.SourceIpConfig) throw invalid("A 'SourceIpConfig' must be specified with 'source-ip'")
      if (values.length === 0) throw invalid("A 'source-ip' value must be specified")
      return { Field: field, SourceIpConfig: { Values: some(values, checkSource) } }
    }
  }
}

const configs = {
  "host-header": "HostHeaderConfig",
  "path-pattern": "PathPatternConfig",
  "http-header": "HttpHeaderConfig",
  "http-request-method": "HttpRequestMethodConfig",
  "query-string": "QueryStringConfig",
  "source-ip": "SourceIpConfig",
} as const satisfies Record<Field, keyof RuleCondition>

/** Members that belong to another field. */
const checkMembers = (field: Field, asked: RuleCondition): void => {
  const isPattern = field === "host-header" || field === "path-pattern"
  if (asked.Values?.length && !isPattern) throw invalid(`The 'Values' field is not compatible with '${field}'`)
  // Texts from memory.
  for (const [other, config] of Object.entries(configs))
    if (other !== field && asked[config]) throw invalid(`The '${config}' field is not compatible with '${field}'`)
  if (asked.RegexValues?.length && !isPattern && field !== "http-header")
    throw invalid(`The 'RegexValues' field is not compatible with '${field}'`)
}

/** A list that may not be empty. */
const some = <V>(values: readonly V[] | undefined, check: (value: V) => V): V[] => {
  if (!values || values.length === 0) throw invalid("A condition value must be specified")
  return values.map(check)
}

interface Patterns {
  readonly Values?: readonly string[] | undefined
  readonly RegexValues?: readonly string[] | undefined
}

const patterns = (
  field: "host-header" | "path-pattern",
  asked: RuleCondition,
  config: Patterns | undefined,
  name: "HostHeaderConfig" | "PathPatternConfig",
  check: (value: string) => string,
): Kept => {
  const regex = [...(asked.RegexValues ?? []), ...(config?.RegexValues ?? [])]
  const plain = [...(asked.Values ?? []), ...(config?.Values ?? [])]
  if (asked.Values?.length && config)
    throw invalid(`You cannot provide both Values and '${name}' for a condition of type '${field}'`)
  // The older form takes one value. Text of moto's tests.
  if ((asked.Values?.length ?? 0) > 1) throw invalid(`The '${field}' field contains too many values; the limit is '1'`)
  if (regex.length > 0) {
    // text from memory
    if (plain.length > 0) throw invalid("You cannot provide both Values and RegexValues for a condition")
    const RegexValues = some(regex, (one) => checkRegex(field, one))
    return { Field: field, RegexValues, [name]: { RegexValues } }
  }
  const Values = some(plain, check)
  return { Field: field, Values, [name]: { Values } }
}

const header = ({ Field, HttpHeaderConfig: config, RegexValues: outer }: RuleCondition): Kept => {
  if (!config) throw invalid("A 'HttpHeaderConfig' must be specified with 'http-header'")
  const HttpHeaderName = checkHeader(config.HttpHeaderName)
  const regex = [...(config.RegexValues ?? []), ...(outer ?? [])]
  const check = (value: string) => {
    if (value.length > 128) throw invalid("The 'http-header' value is too long; the limit is '128'")
    return value
  }
  if (regex.length === 0) return { Field, HttpHeaderConfig: { HttpHeaderName, Values: some(config.Values, check) } }
  // text from memory
  if (config.Values?.length) throw invalid("You cannot provide both Values and RegexValues for a condition")
  return {
    Field,
    HttpHeaderConfig: { HttpHeaderName, RegexValues: some(regex, (one) => checkRegex("http-header", one)) },
  }
}
