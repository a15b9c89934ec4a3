// For tests of the plan of a shift: a world whose load balancers have one rule between two target groups, and a proxy that
// carries what the rule says some time later.
import { productionFrom } from "../../../services/ecs/index.ts"
import type { DeploymentRow, ServiceRow, TrafficShift } from "../../../state/index.ts"
import { type Balancers, type Fate, World } from "../testing.ts"
import type { ShiftStep } from "./plan.ts"
import type { ShiftSeen } from "./seen.ts"

/** Percent of production traffic by target group. */
export type Rule = readonly [number, number]

/** See the head of the file. */
export class Front implements Balancers {
  rule: Rule = [100, 0]
  carried: Rule = [100, 0]
  /** Elastic Load Balancing refuses every change. */
  refuses = false
  readonly #groups = new Map<string, 0 | 1>()

  /** The target group of a deployment. */
  group(id: string): 0 | 1 {
    return this.#groups.get(id) ?? 0
  }

  /** The proxy takes over what the rule says. */
  carry(): void {
    this.carried = this.rule
  }

  production(world: World): DeploymentRow | undefined {
    const { primary } = world.service
    return primary === undefined ? undefined : productionFrom(world.deployment(primary), (id) => world.deployment(id))
  }

  /** Begins a deployment in the group that has no traffic. */
  deploy(world: World, fate: Fate = "runs"): string {
    const blue = this.#blue(world)
    const shift: TrafficShift = {
      stage: "RECONCILE_SERVICE",
      since: world.now,
      ...(blue && { blue: blue.id }),
      production: 0,
      test: 0,
    }
    const id = world.deploy(fate, { shift, configuration: world.service.deploymentConfiguration })
    this.#groups.set(id, blue && this.group(blue.id) === 0 ? 1 : 0)
    return id
  }

  /** As `blueFor` of services/ecs has it. */
  #blue(world: World): DeploymentRow | undefined {
    const runs = (id: string | undefined) => world.live.some((task) => task.running && task.deployment === id)
    const production = this.production(world)
    const primary = world.deployments.find(({ id }) => id === world.service.primary)
    if (primary?.shift?.production && !runs(production?.id) && runs(primary.id)) return primary
    return production?.rolloutState === "COMPLETED" || runs(production?.id) ? production : undefined
  }

  seen(world: World): ShiftSeen | undefined {
    const underWay = world.deployments.filter(({ shift }) => shift && !shift.over)
    if (underWay.length === 0) return undefined
    const base = this.production(world)
    const carried = this.rule[0] === this.carried[0]
    const routing = new Map(underWay.map(({ id }) => [id, { test: true, carried }]))
    return { ...(base && { base: base.id }), routing }
  }

  next(world: World, { id, shift: known }: DeploymentRow, step: ShiftStep): TrafficShift {
    const shift = known ?? { stage: "CLEAN_UP" as const, since: world.now, production: 0, test: 0 }
    const { toldAt: _told, carriedAt: _carried, failure: _failure, ...rest } = shift
    switch (step.do) {
      case "enter":
        return { ...rest, stage: step.stage, since: world.now }
      case "note":
        return { ...shift, ...step.change }
      case "tell": {
        if (this.refuses) return { ...shift, failure: { at: world.now, reason: "denied" } }
        const { production, test } = step
        if (production !== shift.production) {
          this.rule = this.group(id) === 0 ? [production, 100 - production] : [100 - production, production]
        }
        return { ...rest, production, test, toldAt: world.now }
      }
    }
  }
}

/** A service whose deployments shift traffic, with its load balancers. */
export const shiftWorld = (service: Partial<ServiceRow>): { world: World; front: Front } => {
  const front = new Front()
  return { world: new World(service, front), front }
}
