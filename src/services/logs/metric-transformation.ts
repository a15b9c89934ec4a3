// What AWS asks of the transformation of a metric filter. Pure. Its texts come from public error reports where nothing else is
// said.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html
import type { Input } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { MetricFilter } from "../../state/index.ts"
import { atMost, broken, checkCount, oneOf } from "./checks.ts"
import { type FilterPattern, namesField } from "./filter-pattern/index.ts"

type Transformation = NonNullable<Input<"logs", "PutMetricFilter">["metricTransformations"]>[number]

const sizes = [
  "Bytes",
  "Kilobytes",
  "Megabytes",
  "Gigabytes",
  "Terabytes",
  "Bits",
  "Kilobits",
  "Megabits",
  "Gigabits",
  "Terabits",
]
const units = [
  ...["Seconds", "Microseconds", "Milliseconds", ...sizes, "Percent", "Count"],
  ...[...sizes, "Count"].map((unit) => `${unit}/Second`),
  "None",
]

/** AWS: "up to 3 dimensions", those of the system counted. */
const mostDimensions = 3

const invalid = (what: string) => fault("InvalidParameterException", `Invalid metric transformation: ${what}`)

const metricText = (member: string, text: string | undefined): string => {
  const checked = atMost(member, text ?? "", 255)
  if (!/^[^:*$]*$/.test(checked))
    throw broken(member, checked, "Member must satisfy regular expression pattern: [^:*$]*")
  return checked
}

/** The one transformation of a filter with this pattern, or a fault. */
export const checkTransformations = (
  all: readonly Transformation[],
  pattern: FilterPattern,
  systemDimensions: number,
): MetricFilter["transformation"] => {
  checkCount(
    "metricTransformations",
    all.map((one) => `MetricTransformation(metricName=${one.metricName})`),
    1,
    1,
  )
  const [one] = all
  const member = (name: string) => `metricTransformations.1.member.${name}`
  const metricName = metricText(member("metricName"), one?.metricName)
  const metricNamespace = metricText(member("metricNamespace"), one?.metricNamespace)
  const metricValue = atMost(member("metricValue"), one?.metricValue ?? "", 100)
  const unit = oneOf(member("unit"), one?.unit, units)
  checkValue(metricValue, pattern)
  const dimensions = Object.entries(one?.dimensions ?? {})
  if (dimensions.length > 0) checkDimensions(dimensions, pattern)
  // Text from memory.
  if (dimensions.length + systemDimensions > mostDimensions) {
    throw invalid(`number of dimensions must not exceed ${mostDimensions}`)
  }
  if (dimensions.length > 0 && one?.defaultValue !== undefined) {
    throw invalid("dimensions and default value are mutually exclusive properties")
  }
  return {
    metricName,
    metricNamespace,
    metricValue,
    ...(one?.defaultValue !== undefined && { defaultValue: one.defaultValue }),
    ...(dimensions.length > 0 && { dimensions: Object.fromEntries(dimensions) }),
    ...(unit !== undefined && { unit }),
  }
}

/** A number, or a field that the pattern can give. */
const checkValue = (value: string, pattern: FilterPattern): void => {
  const number = value !== "" && !Number.isNaN(Number(value))
  // Text from memory.
  if (!number && !namesField(pattern, value))
    throw invalid(`metric value ${value} must be a valid number or a selector`)
}

const checkDimensions = (dimensions: readonly (readonly [string, string])[], pattern: FilterPattern): void => {
  if (pattern.kind === "terms" || pattern.kind === "everything") {
    throw fault("InvalidParameterException", "The specified filter pattern does not support dimensions")
  }
  for (const [name, value] of dimensions) {
    const member = "metricTransformations.1.member.dimensions"
    atMost(member, name, 255)
    atMost(member, value, 255)
    if (!namesField(pattern, value)) throw invalid("dimension value must be valid selector")
  }
}
