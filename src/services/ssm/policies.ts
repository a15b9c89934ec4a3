// Policies of advanced parameters. Expiration really removes the parameter; the two that only notify are kept and described.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
import { fault } from "../../kernel/index.ts"
import type { ParameterVersionRow } from "../../state/index.ts"

type Policies = NonNullable<ParameterVersionRow["policies"]>

/** AWS: "The maximum is 10". */
const mostPolicies = 10

const attribute = () => fault("InvalidPolicyAttributeException", "A policy attribute or its value is invalid.")

interface Policy {
  readonly Type?: unknown
  readonly Version?: unknown
  readonly Attributes?: unknown
}

type Attributes = Readonly<Record<string, unknown>>

const attributesOf = ({ Attributes: given }: Policy): Attributes =>
  typeof given === "object" && given !== null ? (given as Attributes) : {}

const isPeriod = (attributes: Attributes, member: string): boolean => {
  const count = attributes[member]
  const isCount = (typeof count === "string" || typeof count === "number") && /^[1-9][0-9]*$/.test(String(count))
  return isCount && (attributes.Unit === "Days" || attributes.Unit === "Hours")
}

const parse = (text: string): readonly Policy[] => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    // Falls through: what is no list is refused in the same words.
  }
  if (!Array.isArray(parsed) || parsed.some((one) => typeof one !== "object" || one === null)) {
    // Text from memory.
    throw fault("InvalidPolicyTypeException", "The policies must be a JSON array of policy objects.")
  }
  return parsed as readonly Policy[]
}

/** The policies of an input and when they remove the parameter. An empty text has none: it takes policies away. */
export const policiesOf = (text: string, now: number): { readonly policies: Policies; readonly expiresAt?: number } => {
  if (text.trim() === "" || text.trim() === "{}") return { policies: [] }
  const all = parse(text)
  if (all.length > mostPolicies) {
    throw fault(
      "PoliciesLimitExceededException",
      `You specified more than the maximum number of allowed policies for the parameter. The maximum is ${mostPolicies}.`,
    )
  }
  let expiresAt: number | undefined
  const policies = all.map((policy) => {
    const { Type: type, Version: version } = policy
    const attributes = attributesOf(policy)
    switch (type) {
      case "Expiration": {
        const time = typeof attributes.Timestamp === "string" ? Date.parse(attributes.Timestamp) : Number.NaN
        if (Number.isNaN(time) || time <= now) throw attribute()
        expiresAt = Math.min(expiresAt ?? time, time)
        break
      }
      case "ExpirationNotification":
        if (!isPeriod(attributes, "Before")) throw attribute()
        break
      case "NoChangeNotification":
        if (!isPeriod(attributes, "After")) throw attribute()
        break
      default:
        throw fault(
          "InvalidPolicyTypeException",
          "The policy type isn't supported. Parameter Store supports the following policy types: Expiration, ExpirationNotification, and NoChangeNotification.",
        )
    }
    if (version !== "1.0") throw attribute()
    return { text: JSON.stringify(policy), type }
  })
  return { policies, ...(expiresAt !== undefined && { expiresAt }) }
}
