// The errors of ECS that more than one handler answers, in AWS's words. Codes are those of the model.
import { Fault, fault } from "../../kernel/index.ts"

/** `InvalidParameterException`: a parameter of this request is not acceptable. */
export const invalidParameter = (message: string): Fault => fault("InvalidParameterException", message)
/** `ClientException`: the request cannot be done as it is; all refusals of RegisterTaskDefinition. */
export const clientException = (message: string): Fault => fault("ClientException", message)
/**
 * Refuses a value that its closed set does not have; nothing given is fine.
 * The text is [field] for `include` of DescribeClusters: hashicorp/terraform-provider-aws#23342.
 */
export const checkOneOf = (word: string, value: string | undefined, allowed: readonly string[]): void => {
  if (value !== undefined && !allowed.includes(value)) {
    throw invalidParameter(`${word} should be one of [${allowed.join(",")}]`)
  }
}
/** Refuses lists that are too long. [field] for names of services: structurely/ecs-autoscale#32. */
export const checkAtMost = (word: string, items: readonly unknown[], most: number): void => {
  if (items.length > most) throw invalidParameter(`${word} can have at most ${most} items.`)
}
/** Refuses text that is too long. [field] for `startedBy`: convox/rack#1727. */
export const checkLongest = (word: string, value: string | undefined, longest: number): void => {
  if ((value?.length ?? 0) > longest) throw invalidParameter(`${word} longer than ${longest}.`)
}
/** No such cluster, or one that was deleted so long ago that nothing is left of it. */
export const clusterNotFound = (): Fault => fault("ClusterNotFoundException", "Cluster not found.")
/** A cluster that was deleted and is still describable. */
export const clusterInactive = (): Fault => fault("ClusterNotFoundException", "The referenced cluster was inactive.")
/** Something that ECS would do and Roadstead does not: said, never pretended. */
export const notYet = (what: string): Fault =>
  new Fault("NotImplemented", `Roadstead does not implement ${what} yet.`, { status: 501 })
