// Carries out one step of a shift of traffic, in the transaction of the service's reconcile: the rules of load balancers
// are changed by the API of Elastic Load Balancing, as the infrastructure role of the service.
import type { Cx } from "../../../gate/index.ts"
import { Fault } from "../../../kernel/index.ts"
import { infrastructureRole, routeOf, type Shifting, share, shiftingOf } from "../../../services/ecs/index.ts"
import type { DeploymentRow, LifecycleHook, ServiceRow, TrafficShift } from "../../../state/index.ts"
import type { ShiftStep } from "./plan.ts"
import { shiftTexts } from "./texts.ts"

/** See the head of the file. */
export const carryOutShift = (cx: Cx, service: ServiceRow, id: string, step: ShiftStep): void => {
  const key = `${service.arn} ${id}`
  const row = cx.tx.deployments.get(key)
  if (!row?.shift) return
  const note = (shift: TrafficShift) => cx.tx.deployments.patch(key, { shift, updatedAt: cx.now })
  switch (step.do) {
    case "enter":
      note({ ...entered(row.shift, step.stage, cx.now), ...waiting(cx, service, row, step) })
      return
    case "note":
      note({ ...row.shift, ...step.change })
      return
    case "tell":
      note(told(cx, row, step))
  }
}

/** A stage begins: nothing was told in it yet. */
const entered = (shift: TrafficShift, stage: TrafficShift["stage"], now: number): TrafficShift => {
  const { toldAt: _told, carriedAt: _carried, failure: _failure, ...kept } = shift
  return { ...kept, stage, since: now }
}

/** The hooks that wait at the stage, with those of the stages before. */
const waiting = (
  cx: Cx,
  service: ServiceRow,
  { shift, configuration }: DeploymentRow,
  { stage, pauses }: Extract<ShiftStep, { do: "enter" }>,
): Pick<TrafficShift, "hooks"> => {
  if (pauses.length === 0) return {}
  const { lifecycleHooks = [] } = configuration ?? service.deploymentConfiguration
  const made = pauses.map((index): LifecycleHook => {
    const { timeoutInMinutes = usualPause, action = "ROLLBACK" } = lifecycleHooks[index]?.timeoutConfiguration ?? {}
    return {
      id: `ecs-pause-${cx.ids.uuid()}`,
      index,
      stage,
      status: "AWAITING_ACTION",
      expiresAt: cx.now + timeoutInMinutes * 60_000,
      timeoutAction: action,
    }
  })
  return { hooks: [...(shift?.hooks ?? []), ...made] }
}

/** "Default: 1440 (24 hours)": API_DeploymentLifecycleHookTimeoutConfiguration. */
const usualPause = 1440

/** Tells the load balancers; what they refuse is kept as the reason. */
const told = (cx: Cx, row: DeploymentRow, asked: Shares): TrafficShift => {
  const { failure: _failure, carriedAt: _carried, ...shift } = row.shift as TrafficShift
  const revision = cx.tx.serviceRevisions.get(row.revisionArn)
  const { some, problem } = tellAll(cx, revision ? shiftingOf(revision) : [], shift, asked)
  const { production, test } = asked
  const toldAt = cx.now
  if (problem !== undefined) {
    // Where one of several did as it was told there is something to bring back.
    const more = some && {
      production: Math.max(production, shift.production),
      test: Math.max(test, shift.test),
      toldAt,
    }
    return { ...shift, ...more, failure: { at: cx.now, reason: problem } }
  }
  const isBack = production < shift.production || test < shift.test
  return {
    ...shift,
    production,
    test,
    toldAt,
    // Without stages of its own a rollback goes through those of the shift: aws-behaviour.md 2.11.
    ...(isBack && { stage: "PRODUCTION_TRAFFIC_SHIFT", since: cx.now }),
  }
}

type Shares = Pick<TrafficShift, "production" | "test">

class Refused extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** Whether one of them was told, and why another one was not. */
const tellAll = (
  cx: Cx,
  balancers: readonly Shifting[],
  now: TrafficShift,
  asked: Shares,
): { readonly some: boolean; readonly problem?: string } => {
  let some = false
  try {
    for (const balancer of balancers) {
      if (balancer.test !== undefined && asked.test !== now.test) {
        tell(cx, balancer, balancer.test, asked.test)
        some = true
      }
      if (asked.production === now.production) continue
      tell(cx, balancer, balancer.production, asked.production)
      some = true
    }
    return { some }
  } catch (error) {
    if (error instanceof Refused) return { some, problem: shiftTexts.network(error.reason) }
    if (error instanceof Fault) return { some, problem: shiftTexts.hook(now.stage, error.message) }
    throw error
  }
}

const tell = (cx: Cx, { green, blue, roleArn }: Shifting, rule: string, percent: number): void => {
  const route = routeOf(cx.tx, rule)
  if (!route) throw new Refused(rule.includes(":listener-rule/") ? shiftTexts.noRule : shiftTexts.noListener)
  const actions = share(route.actions, { green, blue, percent })
  if (!actions) throw new Refused(shiftTexts.notForwarding(rule))
  const role = infrastructureRole(cx, roleArn)
  if (!role) throw new Refused(shiftTexts.roleDenied(roleArn))
  if (route.kind === "rule") cx.call("elbv2", "ModifyRule", { RuleArn: route.arn, Actions: actions }, role)
  else cx.call("elbv2", "ModifyListener", { ListenerArn: route.arn, DefaultActions: actions }, role)
}
