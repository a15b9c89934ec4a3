// Whether a container instance is one that a query asks for. Pure.
import type { QueriedInstance } from "./instance.ts"
import type { Comparison, Query } from "./parse.ts"

/** The values of a subject: none when the instance does not have it, several for the groups of its tasks. */
const valuesOf = (instance: QueriedInstance, subject: string): readonly string[] => {
  const one = (value: string | undefined) => (value === undefined ? [] : [value])
  switch (subject) {
    case "agentConnected":
      return [String(instance.agentConnected)]
    case "agentVersion":
      return one(instance.agentVersion)
    case "ec2InstanceId":
      return one(instance.ec2InstanceId)
    case "registeredAt":
      return [new Date(instance.registeredAt).toISOString()]
    case "runningTasksCount":
      return [String(instance.runningTasksCount)]
    case "task:group":
      return [...instance.taskGroups]
    default:
      return one(instance.attributes.get(subject.slice("attribute:".length)))
  }
}

/** Below zero, zero or above; undefined when the two cannot be compared as the subject is. */
const orderOf = (subject: string, value: string, argument: string): number | undefined => {
  switch (subject) {
    case "agentVersion":
      return versionOrder(value, argument)
    case "registeredAt": {
      // A time without a zone is UTC, as AWS shows its times.
      const time = Date.parse(/T[\d:.]+$/.test(argument) ? `${argument}Z` : argument)
      return Number.isNaN(time) ? undefined : Date.parse(value) - time
    }
    default: {
      const [a, b] = [Number(value), Number(argument)]
      if (value !== "" && argument !== "" && !Number.isNaN(a) && !Number.isNaN(b)) return a - b
      return value < argument ? -1 : Number(value > argument)
    }
  }
}

const versionOrder = (a: string, b: string): number => {
  const [left, right] = [a.split("."), b.split(".")]
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = Number.parseInt(left[i] ?? "0", 10) - Number.parseInt(right[i] ?? "0", 10)
    if (difference !== 0) return difference
  }
  return 0
}

const compares = (subject: string, operator: Comparison, value: string, argument: string): boolean => {
  const isText = subject.startsWith("attribute:") || subject === "task:group" || subject === "ec2InstanceId"
  if ((operator === "==" || operator === "!=") && isText) return (value === argument) === (operator === "==")
  const order = orderOf(subject, value, argument)
  if (order === undefined) return false
  switch (operator) {
    case "==":
      return order === 0
    case "!=":
      return order !== 0
    case ">":
      return order > 0
    case ">=":
      return order >= 0
    case "<":
      return order < 0
    case "<=":
      return order <= 0
  }
}

/** See the head of the file. What an instance does not have is unequal to everything. */
export const satisfies = (instance: QueriedInstance, query: Query): boolean => {
  switch (query.kind) {
    case "and":
      return query.of.every((inner) => satisfies(instance, inner))
    case "or":
      return query.of.some((inner) => satisfies(instance, inner))
    case "not":
      return !satisfies(instance, query.of)
    case "exists":
      return valuesOf(instance, query.subject).length > 0 === query.wanted
    case "in":
      return valuesOf(instance, query.subject).some((value) => query.values.includes(value)) === query.wanted
    case "matches":
      return valuesOf(instance, query.subject).some((value) => query.pattern.test(value) === true) === query.wanted
    case "compare": {
      const values = valuesOf(instance, query.subject)
      if (query.operator === "!=") return values.every((value) => compares(query.subject, "!=", value, query.value))
      return values.some((value) => compares(query.subject, query.operator, value, query.value))
    }
  }
}
