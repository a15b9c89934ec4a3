// Reads what the shift of a service's traffic depends on beside its tasks: who has the traffic, and whether the proxies
// carry it as the rules of the load balancers say.
import { networkProblem, productionOf, routeOf, shiftingOf, weightsOf } from "../../../services/ecs/index.ts"
import type { DeploymentRow, ServiceRow, View } from "../../../state/index.ts"
import type { Routing, ShiftSeen } from "./seen.ts"
import { shiftTexts } from "./texts.ts"

/** Undefined for services no deployment of which has anything to shift. */
export const lookAtShift = (
  view: View,
  service: ServiceRow,
  deployments: readonly DeploymentRow[],
): ShiftSeen | undefined => {
  const underWay = deployments.filter(({ shift }) => shift && !shift.over)
  if (underWay.length === 0) return undefined
  const base = productionOf(view, service)
  const routing = new Map<string, Routing>()
  for (const deployment of underWay) {
    const found = routingOf(view, deployment)
    if (found) routing.set(deployment.id, found)
  }
  return { ...(base && { base: base.id }), routing }
}

const routingOf = (view: View, { revisionArn, shift }: DeploymentRow): Routing | undefined => {
  const revision = view.serviceRevisions.get(revisionArn)
  const shifting = revision ? shiftingOf(revision) : []
  if (!revision || shifting.length === 0) return undefined
  const problem = shift?.stage === "PRE_SCALE_UP" ? networkProblem(view, revision, shiftTexts) : undefined
  return {
    test: shifting.some(({ test }) => test !== undefined),
    carried: shifting.every(({ production, test }) =>
      [production, test].every((rule) => rule === undefined || isCarried(view, rule)),
    ),
    ...(problem !== undefined && { problem }),
  }
}

/** Whether every proxy that carries for the rule's load balancer shares as the rule says now. A rule that is gone does nothing. */
const isCarried = (view: View, rule: string): boolean => {
  const route = routeOf(view, rule)
  if (!route) return true
  const weights = weightsOf(route)
  const carried = view.carriedBalancers.by("balancer", route.loadBalancerArn)
  return (
    carried.length > 0 &&
    carried.every(({ shares = [] }) => {
      const found = shares.find((share) => share.rule === route.ruleArn)
      return weights.size < 2
        ? found === undefined
        : [...weights].every(([group, weight]) => found?.weights[group] === weight)
    })
  )
}
