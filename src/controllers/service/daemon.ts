// One task on every eligible container instance: what a DAEMON service starts and stops. Pure.
// Source: aws-behaviour.md 2.6, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
import type { DeploymentRow } from "../../state/index.ts"
import { isHealthy, isSick } from "./health.ts"
import { type Moves, mayLaunch, type StopWhy } from "./rolling.ts"
import type { LiveTask, Seen } from "./seen.ts"

/**
 * How many healthy tasks a deployment of a daemon may take away at a time: those above minimumHealthyPercent, of the tasks
 * that stay otherwise. One that goes because its instance drains counts no more.
 */
const budgetOf = (seen: Seen, eligible: readonly string[], staying: readonly LiveTask[], now: number): number => {
  const minimum = seen.service.deploymentConfiguration.minimumHealthyPercent ?? 0
  const lower = Math.ceil((eligible.length * minimum) / 100)
  return Math.max(0, staying.filter((task) => isHealthy(task, now)).length - lower)
}

/** See the head of the file. An instance has at most one task of the service: the old one goes before the new one comes. */
export const daemonMoves = (seen: Seen, primary: DeploymentRow, eligible: readonly string[], now: number): Moves => {
  const { service, live } = seen
  const wanted = new Set(eligible)
  const stop: { task: LiveTask; why: StopWhy }[] = []
  const staying: LiveTask[] = []
  const byInstance = Map.groupBy(live, (task) => task.instance ?? "")
  for (const [instance, tasks] of byInstance) {
    const [keep, ...extra] = [...tasks].sort(
      (a, b) => Number(b.deployment === primary.id) - Number(a.deployment === primary.id),
    )
    for (const task of extra) stop.push({ task, why: "scaling" })
    if (!keep) continue
    if (!wanted.has(instance)) stop.push({ task: keep, why: keep.draining ? "draining" : "constraint" })
    else if (isSick(keep, service, now)) stop.push({ task: keep, why: "unhealthy" })
    else staying.push(keep)
  }
  let budget = budgetOf(seen, eligible, staying, now)
  for (const task of staying) {
    if (task.deployment === primary.id || !mayLaunch(primary, now)) continue
    const healthy = isHealthy(task, now)
    if (healthy && budget <= 0) continue
    if (healthy) budget -= 1
    stop.push({ task, why: "deployment" })
  }
  const stopped = new Set(stop.map(({ task }) => task.arn))
  const taken = new Set(live.filter((task) => !stopped.has(task.arn)).map((task) => task.instance))
  const free = mayLaunch(primary, now) ? eligible.filter((instance) => !taken.has(instance)) : []
  return {
    start: free.length > 0 ? [{ deployment: primary.id, count: free.length, replaces: false, instances: free }] : [],
    stop,
    heldBack: 0,
    stuck: false,
  }
}
