// One life of the control plane's process: the store over what the disk holds, gate, controllers and fleet, until it is
// killed. Everything that it would do afterwards (timers, answers, messages) comes to nothing, as with a real process.
import { type Controller, startControllers } from "../../src/controllers/index.ts"
import { type Fleet, startFleet } from "../../src/fleet/index.ts"
import { type BulkStores, createGate, type Gate } from "../../src/gate/index.ts"
import type { Cancel, Clock, Ids, Instant, Log } from "../../src/kernel/index.ts"
import { ecsService } from "../../src/services/ecs/index.ts"
import { elbv2 } from "../../src/services/elbv2/index.ts"
import { type Journal, openStore, type State, schema } from "../../src/state/index.ts"

/** A clock whose timers die with the process. */
class ProcessClock implements Clock {
  readonly #clock: Clock
  #dead = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): Instant {
    return this.#clock.now()
  }

  at(t: Instant, fn: () => void): Cancel {
    if (this.#dead) return () => {}
    return this.#clock.at(t, () => {
      if (!this.#dead) fn()
    })
  }

  die(): void {
    this.#dead = true
  }
}

export interface ControlPlaneParts {
  readonly journal: Journal
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly controllers: readonly Controller[]
  /** The store cannot keep a commit: the process is to stop. */
  readonly onFailure: () => void
}

/** See the head of the file. */
export interface ControlPlane {
  readonly state: State
  readonly gate: Gate
  readonly fleet: Fleet
  /** Looks of all controllers since the start, and how many failed. */
  looks(): { readonly looks: number; readonly errors: number }
  readonly alive: boolean
  kill(): void
}

/** Starts the process. `began` is told of the state before anything in it runs. */
export const startControlPlane = async (
  parts: ControlPlaneParts,
  began: (state: State) => void,
): Promise<ControlPlane> => {
  const { ids, log } = parts
  const clock = new ProcessClock(parts.clock)
  const state = await openStore({ schema, journal: parts.journal, log, onFailure: parts.onFailure })
  began(state)
  const ecs = ecsService({ pollEndpoint: () => ({ endpoint: "http://cp/acs", telemetryEndpoint: "http://cp/tcs" }) })
  const gate = createGate({ state, bulk: {} as BulkStores, services: [ecs, elbv2], clock, ids, log })
  const fleet = startFleet({ state, clock, cloud: clock, ids, log, apiPort: () => 4566 })
  const runner = startControllers({ state, gate, clock, log, controllers: parts.controllers })
  let alive = true
  return {
    state,
    gate,
    fleet,
    looks: () =>
      [...runner.counts().values()].reduce(
        (sum, { looks, errors }) => ({ looks: sum.looks + looks, errors: sum.errors + errors }),
        { looks: 0, errors: 0 },
      ),
    get alive() {
      return alive
    },
    kill: () => {
      alive = false
      clock.die()
      runner.stop()
      fleet.close()
    },
  }
}
