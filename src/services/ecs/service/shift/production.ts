// Which deployment of a service has its production traffic, and what a new deployment has to do before it may take it over.
import type { DeploymentRow, ServiceRow, View } from "../../../../state/index.ts"
import { countsByDeployment } from "../counts.ts"
import { primaryOf } from "../find.ts"
import { shiftsTraffic } from "./strategy.ts"

const isUnderWay = ({ shift }: DeploymentRow): boolean => shift !== undefined && !shift.over

/**
 * The deployment whose tasks have the production traffic, and keep it when no shift that is under way comes to its end.
 * Undefined while the first deployment has not got any.
 */
export const productionOf = (view: View, service: ServiceRow): DeploymentRow | undefined => {
  const seen = new Set<string>()
  let found = primaryOf(view, service)
  while (found && !seen.has(found.id)) {
    seen.add(found.id)
    const { shift } = found
    if (!shift || shift.over || shift.stage === "CLEAN_UP") return found
    if (shift.blue === undefined) return shift.production > 0 ? found : undefined
    found = view.deployments.get(`${service.arn} ${shift.blue}`)
  }
  return found
}

/**
 * The same for a deployment that is to begin. Where tasks are just being replaced within one target group, it is the
 * revision that has more of them running; the last one that was completed when in doubt.
 */
export const blueFor = (view: View, service: ServiceRow): DeploymentRow | undefined => {
  const production = productionOf(view, service)
  if (!production || production.rolloutState === "COMPLETED" || production.shift) return production
  const lastGood = view.deployments
    .by("shown", service.arn)
    .filter((d) => d.id !== production.id && d.completedAt > 0 && !(d.shift && !d.shift.over))
    .sort((a, b) => b.createdAt - a.createdAt)[0]
  if (!lastGood) return production
  const counts = countsByDeployment(view, service.arn)
  const running = (d: DeploymentRow) => counts.get(d.id)?.running ?? 0
  return running(production) > running(lastGood) ? production : lastGood
}

/** How a new deployment of the service begins to shift traffic; nothing for one that has none to shift. */
export const shiftFor = (view: View, service: ServiceRow, now: number): Pick<DeploymentRow, "shift"> => {
  const shifts = shiftsTraffic(service.deploymentConfiguration)
  const others = view.deployments.by("shown", service.arn)
  const blue = shifts || others.some(isUnderWay) ? blueFor(view, service) : undefined
  const rest = others.filter((d) => d.id !== blue?.id)
  // A rolling deployment has to wait for the traffic of others only.
  if (!shifts && !rest.some(isUnderWay)) return {}
  // The first stage is over at once where there is nothing to be put in order.
  const stage = "RECONCILE_SERVICE"
  return { shift: { stage, since: now, ...(blue && { blue: blue.id }), production: 0, test: 0 } }
}
