// Capacity providers: which there are, and describing them. FARGATE and FARGATE_SPOT are everybody's; providers of one's
// own come in a later part. How tasks are shared out among them is in capacity.ts.
import type { CapacityProvider } from "@aws-sdk/client-ecs"
import type { ReadOp } from "../../gate/index.ts"
import type { Scope } from "../../kernel/index.ts"
import { capacityProviderArn, withoutPrefix } from "./arns.ts"
import { checkAtMost, checkOneOf, invalidParameter } from "./faults.ts"
import { cut, nextToken, pageOf } from "./pages.ts"
import { activeCluster } from "./resolve.ts"

/** The providers that every cluster can use. */
const fargateProviders = ["FARGATE", "FARGATE_SPOT"] as const

/** Current quota. */
const mostOfCluster = 20
const mostDescribed = 100
const mostListed = 10

/** The name of a provider that may be given as an ARN of this account and region; undefined when there is none. */
const nameOf = (scope: Scope, reference: string): (typeof fargateProviders)[number] | undefined => {
  const name = withoutPrefix(reference, "capacity-provider")
  if (reference.startsWith("arn:") && reference !== capacityProviderArn(scope, name)) return undefined
  return fargateProviders.find((provider) => provider === name)
}

/** The providers of a cluster by name, as they were given by name or ARN. Throws InvalidParameterException. */
export const clusterProviders = (scope: Scope, given: readonly string[] | undefined): readonly string[] => {
  const names = (given ?? []).map((reference) => {
    const name = nameOf(scope, reference)
    if (name !== undefined) return name
    // Text [field]: badmintoncryer/cdk-preflight rules/ecs
    throw invalidParameter(
      `The specified capacity provider '${reference}' was not found. Specify a valid capacity provider name or ARN and try again.`,
    )
  })
  if (names.length > mostOfCluster) {
    // [field] aws-cloudformation/cloudformation-coverage-roadmap#1086
    throw invalidParameter("The maximum number of capacity providers per cluster has been exceeded.")
  }
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice) throw invalidParameter(`The capacity provider '${twice}' is specified more than once.`) // from memory
  return names
}

const describe = (scope: Scope, name: (typeof fargateProviders)[number]): CapacityProvider => ({
  capacityProviderArn: capacityProviderArn(scope, name),
  name,
  status: "ACTIVE",
  tags: [],
  type: name,
})

/** Describes providers by name or ARN, those of a cluster, or all. Unknown ones are failures. */
export const DescribeCapacityProviders: ReadOp<"ecs", "DescribeCapacityProviders"> = (cx, input) => {
  const references = input.capacityProviders ?? []
  checkAtMost("capacityProviders", references, mostDescribed)
  for (const field of input.include ?? []) checkOneOf("include", field, ["TAGS"])
  const cluster = input.cluster ? activeCluster(cx, input.cluster) : undefined
  const list = `DescribeCapacityProviders ${cluster?.arn ?? ""} ${references.join(" ")}`
  const asked = pageOf(list, input, mostListed)
  const named = new Map([...new Set(references)].map((reference) => [reference, nameOf(cx.scope, reference)]))
  const isThere = (name: string): boolean => cluster === undefined || cluster.capacityProviders.includes(name)
  const wanted =
    named.size === 0 ? fargateProviders : fargateProviders.filter((name) => [...named.values()].includes(name))
  const page = cut(wanted.filter(isThere), (name) => name, asked)
  const missing = [...named].filter(([, name]) => name === undefined || !isThere(name))
  return {
    capacityProviders: page.rows.map((name) => describe(cx.scope, name)),
    failures: missing.map(([reference]) => ({
      arn: reference.startsWith("arn:") ? reference : capacityProviderArn(cx.scope, reference),
      reason: "MISSING",
    })),
    ...nextToken(list, page.next),
  }
}
