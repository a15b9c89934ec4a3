// Load balancers around services: two target groups behind one, and what proxies say of the targets in them, late, and now
// and then that a target which runs does not answer.
import type { LoadBalancer } from "@aws-sdk/client-ecs"
import type { Clock } from "../../src/kernel/index.ts"
import {
  type State,
  type TargetGroupRow,
  type TargetHealthRow,
  type TargetRow,
  type TaskRow,
  type Tx,
  targetKey,
  taskTargetKey,
  type View,
  type VpcRow,
} from "../../src/state/index.ts"
import type { Roll } from "../fuzz/roll.ts"
import type { ControlPlane } from "./control-plane.ts"
import type { Host } from "./host.ts"
import type { Parts } from "./invariants.ts"

const scope = { account: "123456789012", region: "us-east-1" }
export const elbArn = (resource: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${resource}`
export const balancer = elbArn("loadbalancer/app/front/0123456789abcdef")
/** Two target groups; of the second one targets are gone at once. */
export const groups = ["slow", "swift"].map((name) => elbArn(`targetgroup/${name}/0123456789abcdef`))

/** The load balancers of a service of awsvpc mode: none, one or two target groups. */
export const someBalancers = (dice: Roll): LoadBalancer[] => {
  const [slow = "", swift = ""] = groups
  const entry = (targetGroupArn: string) => ({ targetGroupArn, containerName: "app", containerPort: 80 })
  return dice.pick([[], [entry(slow)], [entry(swift)], [entry(slow), entry(swift)]])
}

/** The load balancer over all zones, its listeners and the groups. */
export const furnishBalancer = (tx: Tx, vpc: VpcRow): void => {
  const zones = tx.subnets.by("vpc", `123456789012/us-east-1/${vpc.id}`)
  const common = { ...scope, attributes: {}, createdAt: 0, tags: [] }
  tx.loadBalancers.insert({
    ...common,
    arn: balancer,
    name: "front",
    type: "application",
    scheme: "internal",
    dnsName: "front.localhost",
    vpcId: vpc.id,
    ipAddressType: "ipv4",
    securityGroups: [],
    zones: zones.slice(0, 3).map(({ id, availabilityZone }) => ({ subnetId: id, zone: availabilityZone })),
    status: { code: "active" },
  })
  for (const [i, arn] of groups.entries()) {
    tx.targetGroups.insert(aGroup(vpc, arn, i === 0 ? "45" : "0"))
    tx.listeners.insert({
      ...common,
      arn: elbArn(`listener/app/front/0123456789abcdef/${i}`),
      loadBalancerArn: balancer,
      port: 80 + i,
      protocol: "HTTP",
      certificates: [],
      defaultRuleArn: elbArn(`listener-rule/app/front/0123456789abcdef/${i}/0`),
      defaultActions: [{ Type: "forward", TargetGroupArn: arn }],
    })
  }
}

/** A target group of addresses, from which targets are gone after so many seconds. */
export const aGroup = (vpc: VpcRow, arn: string, drains: string): TargetGroupRow => ({
  ...scope,
  createdAt: 0,
  tags: [],
  arn,
  name: arn.split("/")[1] ?? "",
  targetType: "ip",
  protocol: "HTTP",
  protocolVersion: "HTTP1",
  port: 80,
  vpcId: vpc.id,
  ipAddressType: "ipv4",
  healthCheck: {
    enabled: true,
    protocol: "HTTP",
    port: "traffic-port",
    path: "/",
    intervalSeconds: 10,
    timeoutSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  },
  attributes: { "deregistration_delay.timeout_seconds": drains },
})

interface Surroundings {
  readonly clock: Clock
  readonly dice: Roll
  readonly plane: ControlPlane | undefined
  readonly now: number
  readonly hosts: readonly Host[]
}

const keyOf = ({ groupArn, id, port }: TargetRow): string => targetKey(groupArn, id, port)

/** What proxies see: each target within some seconds of its registration, and again when something of it changed. */
export class Proxies {
  readonly #world: Surroundings
  /** Addresses that do not answer, whatever runs there. */
  readonly #deaf = new Set<string>()

  constructor(world: Surroundings) {
    this.#world = world
  }

  /** Follows one life of the store. */
  serve(state: State): void {
    const { seen } = state.watch(
      "durable",
      (view) => [...view.targets.all()],
      ({ changes }) => {
        for (const { table, before, after } of changes) {
          const [was, is] = [before, after] as [TargetRow | undefined, TargetRow | undefined]
          if (table === "targets" && is && !is.draining && (!was || was.draining)) this.#lookSoon(is)
        }
      },
    )
    for (const target of seen) this.#lookSoon(target)
  }

  /** Nothing answers at a target for a while. */
  deafen(address: string, ms: number): void {
    const { clock } = this.#world
    this.#deaf.add(address)
    this.#lookAgain(address)
    clock.at(clock.now() + ms, () => {
      this.#deaf.delete(address)
      this.#lookAgain(address)
    })
  }

  #lookAgain(address: string): void {
    const targets = this.#world.plane?.state.view((view) => [...view.targets.all()].filter(({ id }) => id === address))
    for (const target of targets ?? []) this.#lookSoon(target)
  }

  #lookSoon(target: TargetRow): void {
    const { clock, dice } = this.#world
    clock.at(clock.now() + 100 + dice.below(20_000), () => this.#look(target))
  }

  #look(target: TargetRow): void {
    const { plane, hosts, now } = this.#world
    if (!plane) return
    const key = keyOf(target)
    const { groupArn, id, port } = target
    const { row, known } = plane.state.view((view) => ({
      row: view.targets.get(key),
      known: view.targetHealth.get(key),
    }))
    if (!row || row.draining) return
    const isUp = !this.#deaf.has(id) && hosts.some((host) => host.using(id).length > 0)
    const seen: Pick<TargetHealthRow, "state" | "reason" | "description"> = isUp
      ? { state: "healthy" }
      : { state: "unhealthy", reason: "Target.Timeout", description: "Request timed out" }
    if (known?.state === seen.state) return
    plane.state.transact((tx) => tx.targetHealth.put({ ...scope, groupArn, id, port, ...seen, since: now }))
  }
}

const serves: ReadonlySet<string> = new Set(["ACTIVATING", "RUNNING"])

/** A target is one of a task that may serve, and nobody is told to stop who may still be asked something. */
export const watchTargets = (state: State, { checks, violation, now }: Parts): void => {
  const check = (name: string, holds: boolean, what: () => string) => {
    checks.set(name, (checks.get(name) ?? 0) + 1)
    if (!holds) violation(name, what())
  }
  /** Tasks that a registration stands for now. */
  const serving = (view: View, key: string) =>
    view.tasks.by("target", key).filter((task) => serves.has(task.lastStatus))
  state.watch(
    "committed",
    () => undefined,
    ({ changes, position }) => {
      if (state.position !== position) return
      for (const { table, before, after } of changes) {
        if (table === "targets" && after && !(after as TargetRow).draining) {
          const row = after as TargetRow
          check(
            "a target is registered only for a task that is ACTIVATING or RUNNING",
            state.view((view) => serving(view, keyOf(row)).length > 0),
            () => keyOf(row),
          )
        }
        if (table !== "tasks" || !after) continue
        const [was, is] = [before, after] as [TaskRow | undefined, TaskRow]
        if (is.observed.stopSentAt !== undefined && was?.observed.stopSentAt === undefined) toldToStop(is)
      }
    },
  )
  const toldToStop = (task: TaskRow) => {
    const left = state.view((view) =>
      (task.targets ?? []).filter((target) => {
        const row = view.targets.get(taskTargetKey(target))
        const isOthers = view.tasks.by("target", taskTargetKey(target)).some((other) => other.arn !== task.arn)
        return row !== undefined && !isOthers && !((row.draining?.until ?? Number.POSITIVE_INFINITY) <= now())
      }),
    )
    check("a task is told to stop when its targets have drained", left.length === 0, () => `${task.id}: ${left[0]?.id}`)
  }
}
