// The load balancers of a service whose deployments shift traffic: what must be said of them, and how they fit together.
// Texts: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html, its "synchronous path".
import type { LoadBalancer } from "@aws-sdk/client-ecs"
import type { Frozen, View } from "../../../../state/index.ts"
import { invalidParameter } from "../../faults.ts"
import { isRouteArn, routeOf, weightsOf } from "./routes.ts"

type Balancers = readonly Frozen<LoadBalancer>[]

const given = (balancers: Balancers) => balancers.flatMap((one) => one.advancedConfiguration ?? [])

/** What a list of load balancers may not say, whatever the strategy. */
const checkForm = (balancers: Balancers): void => {
  const classic = balancers.filter((balancer) => balancer.loadBalancerName)
  if (classic.length > 0 && classic.length < balancers.length) {
    throw invalidParameter(
      "All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining targetGroupArn)",
    )
  }
  if (classic.some((balancer) => balancer.advancedConfiguration)) {
    throw invalidParameter("advancedConfiguration field is not allowed with ELBv1 loadBalancers")
  }
  const advanced = given(balancers)
  if (advanced.length > 0 && advanced.length < balancers.length) {
    throw invalidParameter("Either all or none of the provided loadBalancers must have advancedConfiguration defined")
  }
  if (advanced.length > 0) checkDuplicates(balancers)
  for (const { alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn } of advanced) {
    const needed = { alternateTargetGroupArn, productionListenerRule, roleArn }
    for (const [member, value] of Object.entries(needed)) {
      if (!value) throw invalidParameter(`${member} must be specified in advancedConfiguration.`) // text from memory
    }
    for (const [member, arn] of Object.entries({ productionListenerRule, testListenerRule })) {
      if (arn && !isRouteArn(arn)) {
        throw invalidParameter(
          `${member} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: ${arn}`,
        )
      }
    }
  }
  const production = new Set(advanced.map((one) => one.productionListenerRule))
  const both = advanced.flatMap(({ testListenerRule: rule }) => (rule && production.has(rule) ? [rule] : []))
  if (both.length > 0) {
    throw invalidParameter(
      `The following rules cannot be used as both production and test listener rules: ${[...new Set(both)].join(", ")}`,
    )
  }
}

const checkDuplicates = (balancers: Balancers): void => {
  const seen = new Set<string>()
  for (const { targetGroupArn, advancedConfiguration } of balancers) {
    for (const arn of [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn]) {
      if (arn === undefined) continue
      if (seen.has(arn)) throw invalidParameter(`Duplicate targetGroupArn found: ${arn}`)
      seen.add(arn)
    }
  }
}

/** The alternate group must be a load balancer's business by one of the two rules. */
const checkRules = (view: View, balancers: Balancers): void => {
  for (const { targetGroupArn = "", advancedConfiguration } of balancers) {
    const { productionListenerRule = "", testListenerRule, alternateTargetGroupArn = "" } = advancedConfiguration ?? {}
    const production = routeOf(view, productionListenerRule)
    if (testListenerRule || production?.type !== "application") continue
    const weights = weightsOf(production)
    if (weights.has(targetGroupArn) && weights.has(alternateTargetGroupArn)) continue
    throw invalidParameter(
      "For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup",
    )
  }
}

/**
 * Checks the load balancers of a service, as they are to be, against its strategy. Throws InvalidParameterException.
 * Without any BLUE_GREEN runs both revisions and shifts nothing, as for a headless service on AWS.
 */
export const checkShiftedBalancers = (view: View, balancers: Balancers, strategy: string | undefined): void => {
  checkForm(balancers)
  if (strategy === undefined || strategy === "ROLLING") return
  if (balancers.length === 0 && strategy !== "BLUE_GREEN") {
    // text from memory
    throw invalidParameter(`A load balancer or Service Connect is required for the ${strategy} deployment strategy.`)
  }
  if (given(balancers).length < balancers.length) {
    throw invalidParameter(
      "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy",
    )
  }
  checkRules(view, balancers)
}
