// What load balancers see of a service's tasks. Reads only.
import {
  classicKey,
  shownTargetHealth,
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
  const exists =
    targetGroupArn === undefined ? view.classicLoadBalancers.has(groupArn) : view.targetGroups.has(groupArn)
  if (!exists) return { balancer, state: "no group" }
  const target = task.targets?.find((one) => one.groupArn === groupArn)
  const key = target && targetKey(groupArn, target.id, target.port)
  const row = key === undefined ? undefined : view.targets.get(key)
  if (!row || key === undefined) return { balancer, state: "not found" }
  const named = {
    balancer,
    ...(row.id.startsWith("i-") && { instance: row.id }),
    ...(targetGroupArn !== undefined && { port: row.port }),
  }
  if (targetGroupArn !== undefined) {
    const { state, description } = shownTargetHealth(view, row)
    return { ...named, state, ...(description !== undefined && { description }) }
  }
  if (row.draining) return { ...named, state: "draining" }
  const { state = "initial", description } = view.targetHealth.get(key) ?? {}
  return { ...named, state, ...(description !== undefined && { description }) }
}

/** Whether a task that is on its way out has been deregistered everywhere and only waits until that has drained. */
export const onlyDrains = (view: View, task: TaskRow): boolean =>
  task.lastStatus === "DEACTIVATING" &&
  (task.targets ?? []).length > 0 &&
  (task.targets ?? []).every(({ groupArn, id, port }) => {
    const row = view.targets.get(targetKey(groupArn, id, port))
    return row === undefined || row.draining !== undefined
  })
