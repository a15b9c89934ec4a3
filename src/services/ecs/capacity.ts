// Capacity provider strategies: their checks, and how many tasks of a call each provider of one gets.
// Which providers there are is in capacity-providers.ts.
import type { CapacityProviderStrategyItem } from "@aws-sdk/client-ecs"
import { invalidParameter } from "./faults.ts"

/** One provider's share of a strategy, with the API's defaults filled in. */
export interface Share {
  readonly capacityProvider: string
  readonly weight: number
  readonly base: number
}

/** 20 in current quotas: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
const mostProviders = 20

/**
 * Checks a strategy and fills its defaults (weight 0, base 0). `associated` are the cluster's own providers.
 * Throws InvalidParameterException. Texts [field]: badmintoncryer/cdk-preflight rules/ecs, probed at the real API.
 */
export const capacityStrategy = (
  given: readonly CapacityProviderStrategyItem[] | undefined,
  associated: readonly string[],
): readonly Share[] => {
  const items = (given ?? []).map((item) => ({
    capacityProvider: item.capacityProvider ?? "",
    weight: item.weight ?? 0,
    base: item.base ?? 0,
  }))
  if (items.length > mostProviders) {
    throw invalidParameter(
      `The specified capacity provider strategy cannot contain more than ${mostProviders} capacity providers.`,
    )
  }
  for (const { capacityProvider, weight, base } of items) {
    if (!associated.includes(capacityProvider)) {
      throw invalidParameter(
        "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.",
      )
    }
    if (!Number.isInteger(weight) || weight < 0 || weight > 1000)
      throw invalidParameter("Weight must be between 0 and 1000.") // text from memory
    if (!Number.isInteger(base) || base < 0 || base > 100000)
      throw invalidParameter("Base must be between 0 and 100000.") // text from memory
  }
  if (items.filter((item) => item.base > 0).length > 1) {
    throw invalidParameter(
      "The specified capacity provider strategy contains multiple capacity providers with a base value defined. Specify a base value for only one capacity provider and try again.",
    )
  }
  if (items.length > 0 && items.every((item) => item.weight === 0)) {
    throw invalidParameter(
      "There are no capacity providers in the capacity provider strategy with a weight value greater than zero. Specify a capacity provider with a weight value greater than zero and try again.",
    )
  }
  return items
}

/**
 * Which provider each of `count` tasks gets: bases first, then by weight, always to the provider that is furthest
 * behind its share. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-capacity-providers.html
 */
export const distribute = (strategy: readonly Share[], count: number): readonly string[] => {
  const chosen: string[] = []
  for (const { capacityProvider, base } of strategy) {
    for (let i = 0; i < base && chosen.length < count; i++) chosen.push(capacityProvider)
  }
  const weighted = strategy.filter((share) => share.weight > 0)
  const given = new Map<string, number>()
  while (chosen.length < count) {
    const next = weighted.reduce<Share | undefined>((best, share) => {
      if (!best) return share
      const filled = (s: Share) => ((given.get(s.capacityProvider) ?? 0) + 1) / s.weight
      return filled(share) < filled(best) ? share : best
    }, undefined)
    if (!next) break
    given.set(next.capacityProvider, (given.get(next.capacityProvider) ?? 0) + 1)
    chosen.push(next.capacityProvider)
  }
  return chosen
}
