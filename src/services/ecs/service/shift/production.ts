// Which deployment of a service has its production traffic, and what a new deployment has to do before it may take it over.
import type { DeploymentRow, ServiceRow, View } from "../../../../state/index.ts"
import { countsByDeployment } from "../counts.ts"
import { primaryOf } from "../find.ts"
import { shiftsTraffic } from "./strategy.ts"

const isUnderWay = ({ shift }: DeploymentRow): boolean => shift !== undefined && !shift.over

/**
 * The deployment whose tasks have the production traffic, and keep it when no shift that is under way comes to its end: the
 * blue one. Of a first deployment it is itself.
 */
export const productionOf = (view: View, service: ServiceRow): DeploymentRow | undefined =>
  productionFrom(primaryOf(view, service), (id) => view.deployments.get(`${service.arn} ${id}`))

/** The same from the primary deployment, where others are found by their ids. Pure. */
export const productionFrom = (
  primary: DeploymentRow | undefined,
  find: (id: string) => DeploymentRow | undefined,
): DeploymentRow | undefined => {
  const shift = primary && isUnderWay(primary) ? primary.shift : undefined
  return shift?.blue === undefined || shift.stage === "CLEAN_UP" ? primary : find(shift.blue)
}

/**
 * From which deployment one that is to begin takes over: from the one with the traffic, if it has any tasks. Where tasks are
 * just being replaced within one target group, it is the revision that has more of them; the last one that was completed
 * when in doubt.
 */
export const blueFor = (view: View, service: ServiceRow): DeploymentRow | undefined => {
  const production = productionOf(view, service)
  const counts = countsByDeployment(view, service.arn)
  const running = (d: DeploymentRow) => counts.get(d.id)?.running ?? 0
  const primary = primaryOf(view, service)
  // What was to be replaced has nothing left, and the one that was to replace it has some of the traffic.
  if (production && primary?.shift?.production && running(production) === 0 && running(primary) > 0) return primary
  if (!production || production.rolloutState === "COMPLETED") return production
  if (isUnderWay(production)) return production.completedAt > 0 || running(production) > 0 ? production : undefined
  const lastGood = view.deployments
    .by("shown", service.arn)
    .filter((d) => d.id !== production.id && d.completedAt > 0 && !isUnderWay(d))
    .sort((a, b) => b.createdAt - a.createdAt)[0]
  return lastGood && running(lastGood) >= running(production) ? lastGood : production
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
