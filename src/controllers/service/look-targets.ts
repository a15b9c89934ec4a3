// What load balancers see of a service's tasks. Reads only.
import {
  type ClassicLoadBalancerRow,
  classicKey,
  shownInstanceHealth,
  shownTargetHealth,
  type TargetRow,
  type TaskBalancer,
  type TaskRow,
  targetKey,
  type View,
} from "../../state/index.ts"
import type { SeenTarget } from "./seen.ts"

/** What each load balancer of a task sees of it; undefined for a task without any. */
export const targetsOf = (view: View, task: TaskRow): readonly SeenTarget[] | undefined =>
  task.loadBalancers?.map((balancer) => seenBy(view, task, balancer))

const seenBy = (view: View, task: TaskRow, { targetGroupArn, loadBalancerName = "" }: TaskBalancer): SeenTarget => {
  const groupArn = targetGroupArn ?? classicKey(task, loadBalancerName)
  const balancer = targetGroupArn === undefined ? `(elb ${loadBalancerName})` : `(target-group ${targetGroupArn})`
  const classic = view.classicLoadBalancers.get(groupArn)
  if (!classic && !view.targetGroups.has(groupArn)) return { balancer, state: "no group" }
  const target = task.targets?.find((one) => one.groupArn === groupArn)
  const row = target && view.targets.get(targetKey(groupArn, target.id, target.port))
  if (!row) return { balancer, state: "not found" }
  const instance = row.id.startsWith("i-") && { instance: row.id }
  if (classic) return { balancer, ...instance, ...inClassicWords(view, classic, row) }
  const { state, description } = shownTargetHealth(view, row)
  return { balancer, ...instance, port: row.port, state, ...(description !== undefined && { description }) }
}

/** The health of an instance behind a classic load balancer, in the words of target groups. */
const inClassicWords = (
  view: View,
  classic: ClassicLoadBalancerRow,
  row: TargetRow,
): Pick<SeenTarget, "state" | "description"> => {
  const { state, reasonCode, description } = shownInstanceHealth(view, classic, row)
  if (row.draining) return { state: "draining", description }
  if (state === "InService") return { state: "healthy" }
  if (state === "Unknown") return { state: "unavailable" }
  // Of what the load balancer is to blame for itself only the first look will be over soon.
  const isNew = reasonCode === "ELB" && description.includes("in progress")
  return { state: isNew ? "initial" : "unhealthy", description }
}

/** Whether a task that is on its way out has been deregistered everywhere and only waits until that has drained. */
export const onlyDrains = (view: View, task: TaskRow): boolean =>
  task.lastStatus === "DEACTIVATING" &&
  (task.targets ?? []).length > 0 &&
  (task.targets ?? []).every(({ groupArn, id, port }) => {
    const row = view.targets.get(targetKey(groupArn, id, port))
    return row === undefined || row.draining !== undefined
  })
