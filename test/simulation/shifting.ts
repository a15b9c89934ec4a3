// Services whose deployments shift traffic: two of them may be at once, each with a pair of target groups and a rule of its own
// on the load balancer of balancing.ts. What the proxy carries follows the rules late; where traffic is, tasks must stay.
import type { CarriedShare, ListenerRuleRow, State, TaskRow, Tx, View, VpcRow } from "../../src/state/index.ts"
import type { Roll } from "../fuzz/roll.ts"
import { aGroup, balancer, elbArn } from "./balancing.ts"
import type { ControlPlane } from "./control-plane.ts"
import { isHealthy, type Parts } from "./invariants.ts"

const scope = { account: "123456789012", region: "us-east-1" }
/** Services that shift traffic, by the number of their pair. */
export const names = ["g0", "g1"] as const
export const pairs = names.map(
  (name) => [elbArn(`targetgroup/${name}-a/1`), elbArn(`targetgroup/${name}-b/1`)] as const,
)
export const ruleOf = (which: number, kind: "production" | "test") =>
  elbArn(`listener-rule/app/front/0123456789abcdef/9${kind === "production" ? 0 : 1}/${which}`)

/** The pairs of target groups, with their rules: all production traffic goes to the first group. */
export const furnishShifting = (tx: Tx, vpc: VpcRow): void => {
  const common = { ...scope, attributes: {}, createdAt: 0, tags: [] }
  for (const port of [90, 91]) {
    tx.listeners.insert({
      ...common,
      arn: elbArn(`listener/app/front/0123456789abcdef/${port}`),
      loadBalancerArn: balancer,
      port,
      protocol: "HTTP",
      certificates: [],
      defaultRuleArn: elbArn(`listener-rule/app/front/0123456789abcdef/${port}/default`),
      defaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    })
  }
  for (const [i, pair] of pairs.entries()) {
    for (const arn of pair) tx.targetGroups.insert(aGroup(vpc, arn, i === 0 ? "30" : "0"))
    for (const kind of ["production", "test"] as const) {
      tx.listenerRules.insert({
        ...scope,
        tags: [],
        createdAt: 0,
        arn: ruleOf(i, kind),
        listenerArn: elbArn(`listener/app/front/0123456789abcdef/${kind === "production" ? 90 : 91}`),
        loadBalancerArn: balancer,
        priority: i + 1,
        conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: [`/${i}/*`] } }],
        actions: [
          {
            Type: "forward",
            ForwardConfig: {
              TargetGroups: pair.map((TargetGroupArn, n) => ({ TargetGroupArn, Weight: n === 0 ? 100 : 0 })),
            },
          },
        ],
      })
    }
  }
}

const sharesOf = ({ arn, actions }: ListenerRuleRow): readonly CarriedShare[] =>
  actions.flatMap(({ ForwardConfig }) => {
    const groups = ForwardConfig?.TargetGroups ?? []
    if (groups.length < 2) return []
    return [{ rule: arn, weights: Object.fromEntries(groups.map((g) => [g.TargetGroupArn ?? "", g.Weight ?? 1])) }]
  })

/** The percents of its traffic that each group has of a rule. */
const percentsOf = (rule: ListenerRuleRow): ReadonlyMap<string, number> => {
  const weights = Object.entries(sharesOf(rule)[0]?.weights ?? {})
  const sum = weights.reduce((all, [, weight]) => all + weight, 0)
  return new Map(weights.map(([group, weight]) => [group, (100 * weight) / sum]))
}

/** The proxy takes rules over, some seconds after they were changed. */
export const carryRules = (
  state: State,
  world: { readonly dice: Roll; readonly plane: ControlPlane | undefined; later(ms: number, fn: () => void): void },
): void => {
  const carry = () =>
    world.later(100 + world.dice.below(45_000), () => {
      world.plane?.state.transact((tx) => {
        const shares = [...tx.listenerRules.all()].flatMap(sharesOf)
        tx.carriedBalancers.put({
          ...{ ...scope, balancer, machineId: "m-proxy", nodes: [], listeners: [], ways: [], shares },
        })
      })
    })
  state.watch(
    "durable",
    () => undefined,
    ({ changes }) => {
      if (changes.some(({ table }) => table === "listenerRules")) carry()
    },
  )
  carry()
}

/** Whether a group has production traffic: by its rule, or by what the proxy still does. */
const hasTraffic = (view: View, group: string): boolean => {
  const rules = names.map((_, i) => ruleOf(i, "production"))
  const carried = view.carriedBalancers.by("balancer", balancer).flatMap(({ shares = [] }) => shares)
  const told = rules.flatMap((rule) => view.listenerRules.get(rule) ?? []).flatMap(sharesOf)
  return [...told, ...carried].some(({ rule, weights }) => rules.includes(rule) && (weights[group] ?? 0) > 0)
}

/** Nobody wishes for tasks in a group. */
const isEmpty = (view: View, group: string): boolean => {
  const name = names[pairs.findIndex((pair) => pair.some((arn) => arn === group))]
  return ![...view.services.all()].some((service) => service.name === name && service.desiredCount > 0)
}

/** Where traffic is there are healthy tasks, and who has it keeps as many as are wished for. */
export const watchShifts = (state: State, { checks, violation, now }: Parts): void => {
  const check = (name: string, holds: boolean, what: () => string) => {
    checks.set(name, (checks.get(name) ?? 0) + 1)
    if (!holds) violation(name, what())
  }
  const ours = new Set<string>(pairs.flat())
  const groupOf = (task: TaskRow) => task.loadBalancers?.find(({ targetGroupArn }) => ours.has(targetGroupArn ?? ""))
  const healthyIn = (view: View, group: string) =>
    [...view.tasks.all()].filter((task) => groupOf(task)?.targetGroupArn === group && isHealthy(view, task, now()))
      .length
  state.watch(
    "committed",
    () => undefined,
    ({ changes, position }) => {
      if (state.position !== position) return
      if (!changes.some(({ table }) => table === "tasks" || table === "listenerRules")) return
      state.view((view) => {
        const stopped = changes.flatMap(({ table, before, after }) => {
          const [was, is] = [before, after] as [TaskRow | undefined, TaskRow | undefined]
          const isOne = table === "tasks" && was?.desiredStatus === "RUNNING" && is?.desiredStatus === "STOPPED"
          const group = isOne && is.stopCode === "ServiceSchedulerInitiated" ? groupOf(is)?.targetGroupArn : undefined
          return was && group !== undefined && isHealthy(view, was, now()) ? [{ task: was, group }] : []
        })
        for (const { task, group } of stopped) {
          const service = view.services.get(task.serviceArn ?? "")
          if (service?.status !== "ACTIVE" || !hasTraffic(view, group)) continue
          const { desiredCount, deploymentConfiguration: c } = service
          const least = Math.ceil((desiredCount * (c.minimumHealthyPercent ?? 100)) / 100)
          const left = healthyIn(view, group)
          const wanted = [...view.tasks.all()].filter(
            (one) => one.desiredStatus === "RUNNING" && groupOf(one)?.targetGroupArn === group,
          ).length
          check(
            "no healthy task is taken away that traffic needs",
            left >= least || wanted >= desiredCount,
            () => `${service.name}: ${task.id} of ${group}, ${left} left, at least ${least}`,
          )
        }
        for (const { table, before, after } of changes) {
          if (table !== "listenerRules" || !before || !after) continue
          const [was = new Map(), is = new Map()] = [before, after].map((row) => percentsOf(row as ListenerRuleRow))
          for (const [group, weight] of is) {
            const old = was.get(group) ?? 0
            if (weight <= old || !ours.has(group) || (after as ListenerRuleRow).listenerArn.endsWith("91")) continue
            const others = [...is.keys()].filter((other) => other !== group)
            check(
              "traffic goes where healthy tasks are, unless there are none at all",
              healthyIn(view, group) > 0 ||
                others.every((other) => healthyIn(view, other) === 0) ||
                isEmpty(view, group),
              () => `${group}: ${old} → ${weight} without a healthy task`,
            )
          }
        }
      })
    },
  )
}
