// Registrations of targets that end by themselves: draining that is over, instances that were terminated, groups that are gone.
// What was seen of a registration goes with it. It announces nothing.
import type { Tx } from "../../state/index.ts"
import {
  type ClassicLoadBalancerRow,
  classicKey,
  type InstanceRow,
  type ListenerRow,
  type ListenerRuleRow,
  loadBalancersOf,
  type TargetGroupRow,
  type TargetRow,
  targetGroupsOf,
  targetKey,
  type View,
} from "../../state/index.ts"
import { again, type Controller, done, on } from "../controller.ts"
import { balancingPrincipal } from "../principals.ts"

const keyOf = (target: Pick<TargetRow, "groupArn" | "id" | "port">) =>
  targetKey(target.groupArn, target.id, target.port)

const registeredIn = (view: View, group: string): string[] => view.targets.by("group", group).map(keyOf)

const drainingIn = (view: View, groups: readonly string[]): string[] =>
  groups.flatMap((group) =>
    view.targets
      .by("group", group)
      .filter(({ draining }) => draining)
      .map(keyOf),
  )

/** Keyed as registrations are. */
export const targetController: Controller = {
  name: "target",
  wakes: [
    on<TargetRow>("targets", keyOf),
    on<TargetGroupRow>("targetGroups", ({ arn }, view) =>
      view.targetGroups.has(arn) ? undefined : registeredIn(view, arn),
    ),
    on<ClassicLoadBalancerRow>("classicLoadBalancers", (row, view) => {
      const key = classicKey(row, row.name)
      return view.classicLoadBalancers.has(key) ? undefined : registeredIn(view, key)
    }),
    // Nothing may be left that a target drains for.
    on<ListenerRow>("listeners", (now, view, before) =>
      drainingIn(view, targetGroupsOf([...now.defaultActions, ...(before?.defaultActions ?? [])])),
    ),
    on<ListenerRuleRow>("listenerRules", (now, view, before) =>
      drainingIn(view, targetGroupsOf([...now.actions, ...(before?.actions ?? [])])),
    ),
    on<InstanceRow>("instances", ({ account, region, id, observed }, view) =>
      observed.state === "terminated" ? view.targets.by("id", `${account}/${region}/${id}`).map(keyOf) : undefined,
    ),
  ],
  keys: (view) => [...[...view.targets.all()].filter((target) => target.draining).map(keyOf), ...strays(view)],
  reconcile: (cx, key) => {
    const { target, health, isOver } = cx.view((view) => {
      const registration = view.targets.get(key)
      return {
        target: registration,
        health: view.targetHealth.get(key),
        isOver: registration === undefined || isOverNow(view, registration, cx.now),
      }
    })
    if (target && !isOver) return target.draining ? again(target.draining.until) : done
    const scope = target ?? health
    if (!scope) return done
    cx.commit(scope, balancingPrincipal(scope.account), ({ tx }) => remove(tx, key, cx.now))
    return done
  },
}

/** Registrations whose end may have been missed. */
const strays = (view: View): string[] => [
  ...[...view.targets.all()].filter((target) => !hasGroup(view, target) || isTerminated(view, target)).map(keyOf),
  ...[...view.targetHealth.all()].map(keyOf).filter((key) => !view.targets.has(key)),
]

const hasGroup = (view: View, { groupArn }: TargetRow): boolean =>
  view.targetGroups.has(groupArn) || view.classicLoadBalancers.has(groupArn)

/** [field] A terminated instance leaves its target groups by itself; a stopped one stays in them, unused. */
const isTerminated = (view: View, { account, region, id }: TargetRow): boolean =>
  id.startsWith("i-") && view.instances.get(`${account}/${region}/${id}`)?.observed.state === "terminated"

/**
 * Draining lasts until its time is over, however little is left to drain: aws-behaviour.md section 5.2. What no load balancer
 * forwards to has nothing to drain.
 */
const isOverNow = (view: View, target: TargetRow, now: number): boolean => {
  if (!hasGroup(view, target) || isTerminated(view, target)) return true
  if (!target.draining) return false
  const isUsed = view.classicLoadBalancers.has(target.groupArn) || loadBalancersOf(view, target.groupArn).length > 0
  return now >= target.draining.until || !isUsed
}

const remove = (tx: Tx, key: string, now: number): void => {
  const target = tx.targets.get(key)
  if (target && !isOverNow(tx, target, now)) return
  tx.targets.delete(key)
  tx.targetHealth.delete(key)
}
