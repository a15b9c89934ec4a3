// The world of one run: a disk, the control plane's process on it, hosts, the network between them, and callers. All of
// it on one virtual clock and one seed. What happens in it is decided by workload.ts and faults.ts.
import { type Controller, controllers } from "../../src/controllers/index.ts"
import type { Caller, Input, Output } from "../../src/gate/index.ts"
import { type Clock, Fault, type Log, type Scope } from "../../src/kernel/index.ts"
import type { Operations } from "../../src/model/operations.ts"
import { type MemoryDisk, memoryDisk, type View } from "../../src/state/index.ts"
import { Roll } from "../fuzz/roll.ts"
import { TestClock } from "../support/test-clock.ts"
import { testIds } from "../support/test-ids.ts"
import { AddressInvariants } from "./addresses.ts"
import { Proxies, watchTargets } from "./balancing.ts"
import { type ControlPlane, startControlPlane } from "./control-plane.ts"
import { watchServiceEvents } from "./events.ts"
import { Supervisor } from "./fargate.ts"
import { type Answer, Host, type HostOptions, type Surroundings } from "./host.ts"
import { addressOf } from "./host-task.ts"
import { type Checks, CommitInvariants } from "./invariants.ts"
import { faultyJournal, type JournalFaults } from "./journal.ts"
import { carryRules, watchShifts } from "./shifting.ts"
import { watchWhatIsTold } from "./told.ts"

type Ecs = Operations["ecs"]

export const scope: Scope = { account: "123456789012", region: "us-east-1" }
export const root: Caller = { account: scope.account, arn: "arn:aws:iam::123456789012:root", kind: "root" }
/** Whose keys the agents have: no policy has to say what they may. */
const operator: Caller = root

/** Bugs to plant, so that the simulation can be seen to find them. */
export interface Planted {
  readonly controllers?: (ours: readonly Controller[]) => readonly Controller[]
  readonly lyingJournal?: boolean
}

export interface Finding {
  readonly invariant: string
  readonly what: string
}

/** Milliseconds between two looks at whether something spins, and how many looks all controllers may take in them. */
const breath = 20_000
const mostLooks = 2000

/** How bad the network is. */
export interface Network {
  /** A request or its answer is lost, or comes again later, once in so many; 0 never. */
  lossy: number
  /** Milliseconds a message may take. */
  slow: number
}

/** See the head of the file. */
export class World {
  readonly clock = new TestClock()
  /** The control plane's own: it may jump, and timers that were set before are late then, as those of a process are. */
  readonly planeClock: Clock = {
    now: () => this.clock.now() + this.#ahead,
    at: (t, fn) => this.clock.at(t - this.#ahead, fn),
  }
  readonly dice: Roll
  readonly disk: MemoryDisk
  readonly hosts: Host[] = []
  readonly checks: Checks
  readonly journal: JournalFaults
  readonly network: Network = { lossy: 0, slow: 5 }
  readonly story: string[] = []
  finding: Finding | undefined
  plane: ControlPlane | undefined
  /** Lives of the control plane's process. */
  lives = 0
  requests = 0
  /** How far the control plane's clock is ahead of the hosts'. */
  #ahead = 0
  readonly #ids
  readonly #planted: Planted
  readonly #supervisor: Supervisor
  readonly proxies: Proxies
  /** The task for which an interface was ordered. */
  readonly #interfaces = new Map<string, string>()
  #killJournal = () => {}
  #looksBefore = 0
  #starting = false

  constructor(seed: number, checks: Checks, planted: Planted = {}, disk: MemoryDisk = memoryDisk()) {
    this.disk = disk
    this.dice = new Roll().begin(seed, 0x7fffffff)
    this.checks = checks
    this.#ids = testIds(seed)
    this.#planted = planted
    this.journal = { delay: 0, death: undefined, ...(planted.lyingJournal && { lies: true }) }
    this.#supervisor = new Supervisor(this)
    this.proxies = new Proxies(this)
  }

  tell(what: string): void {
    const ms = this.clock.now() - Date.UTC(2024, 0, 1)
    this.story.push(`${(ms / 1000).toFixed(3).padStart(9)} s  ${what}`)
  }

  /** Only the first finding counts: what follows may follow from it. */
  readonly violation = (invariant: string, what: string): void => {
    if (this.finding) return
    this.finding = { invariant, what }
    this.tell(`VIOLATED  ${invariant}: ${what}`)
  }

  check(name: string, holds: boolean, what: () => string): void {
    this.checks.set(name, (this.checks.get(name) ?? 0) + 1)
    if (!holds) this.violation(name, what())
  }

  /** The control plane's process starts on what the disk holds. */
  async start(): Promise<void> {
    if (this.plane || this.#starting) return
    this.#starting = true
    this.lives += 1
    let died = false
    const { journal, kill } = faultyJournal(this.disk, this.clock, this.journal, () => {
      died = true
      this.kill("at a commit")
      this.startIn(this.dice.below(30_000))
    })
    this.#killJournal = kill
    const ours = controllers(scope)
    const plane = await startControlPlane(
      {
        journal,
        clock: this.planeClock,
        ids: this.#ids,
        log: this.#log,
        controllers: this.#planted.controllers?.(ours) ?? ours,
        onFailure: () => this.kill("because the journal failed"),
      },
      (state) => {
        const parts = { checks: this.checks, violation: this.violation, now: () => this.now }
        new CommitInvariants(state, parts)
        watchWhatIsTold(state, parts)
        watchServiceEvents(state, parts)
        watchTargets(state, parts)
        watchShifts(state, parts)
        new AddressInvariants(state, parts)
      },
    )
    this.#starting = false
    this.#looksBefore = 0
    // It may die of a commit of its own start.
    if (died) return plane.kill()
    this.plane = plane
    this.#supervisor.serve(plane.state)
    this.proxies.serve(plane.state)
    carryRules(plane.state, this)
  }

  /** After so many milliseconds of the hosts' time. */
  later(ms: number, fn: () => void): void {
    this.clock.at(this.clock.now() + ms, fn)
  }

  startIn(ms: number): void {
    this.clock.at(this.clock.now() + ms, () => void this.start())
  }

  /** The time of the control plane. */
  get now(): number {
    return Math.floor(this.planeClock.now())
  }

  /** The control plane's clock jumps forward. */
  jump(ms: number): void {
    this.#ahead += ms
  }

  /** The process ends now. Connections break, and what was not answered never will be. */
  kill(why: string): void {
    const { plane } = this
    if (!plane) return
    this.tell(`the control plane is killed ${why}`)
    this.plane = undefined
    this.#killJournal()
    plane.kill()
    this.journal.death = undefined
    for (const host of this.hosts) host.cut(0, 100)
  }

  host(options: Omit<HostOptions, "caller">, caller: Caller = operator): Host {
    const host = new Host({ ...options, caller }, this.#surroundings)
    this.hosts.push(host)
    return host
  }

  /** A caller's request. `answered` runs when its answer left the control plane, and never when that died before. */
  call<O extends keyof Ecs & string>(
    operation: O,
    input: Input<"ecs", O>,
    answered: (output: Output<"ecs", O>) => void = () => {},
  ): void {
    const { plane } = this
    if (!plane) return
    this.requests += 1
    plane.gate.invoke("ecs", operation, input, scope, root).then(
      (output) => {
        if (plane.alive) answered(output)
      },
      (thrown: unknown) => {
        if (!plane.alive) return
        if (thrown instanceof Fault) this.tell(`${operation} is refused: ${thrown.message}`)
        else this.violation("no call fails by a bug", `${operation}: ${String(thrown)}`)
      },
    )
  }

  view<T>(read: (view: View) => T): T | undefined {
    return this.plane?.state.view(read)
  }

  /** Lets time pass, some at a time, so that a controller that looks without end is seen. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0 || left === ms; left -= breath) {
      await this.#pass(Math.min(left, breath))
      if (this.finding) return
    }
  }

  async #pass(ms: number): Promise<void> {
    const { plane } = this
    const looked = this.#looksBefore
    try {
      await this.clock.advance(ms)
    } catch (thrown) {
      this.violation("no controller spins", String(thrown))
    }
    if (!plane || plane !== this.plane) return
    const { looks, errors } = plane.looks()
    this.#looksBefore = looks
    this.check("no controller spins", looks - looked <= mostLooks, () => `${looks - looked} looks in ${ms} ms`)
    this.check("no look fails", errors === 0, () => `${errors} looks failed`)
  }

  readonly #log: Log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields) =>
      this.violation("no error is logged", `${message} ${fields ? JSON.stringify(fields) : ""}`),
    child: () => this.#log,
  }

  readonly #surroundings: Surroundings = (() => {
    const world = this
    return {
      clock: this.clock,
      get dice() {
        return world.dice
      },
      plane: () => this.plane,
      latency: () => this.dice.below(this.network.slow),
      request: (operation, input, caller, done) => this.#request(operation, input, caller, done),
      ordered: (host, { arn, elasticNetworkInterfaces: [eni] = [] }) => {
        this.check("nothing is ordered that is not on disk", this.disk.rows.has(`tasks\n${arn}`), () => arn)
        this.check(
          "a task is ordered of one host",
          !this.hosts.some((other) => other !== host && other.tasks.has(arn)),
          () => arn,
        )
        if (!eni) return
        const address = addressOf(eni)
        this.check(
          "an address is never used by two tasks at once",
          !this.hosts.some((one) => one.using(address).some((task) => task !== arn)),
          () => `${arn} is to have ${address}, which another has`,
        )
        const owner = this.#interfaces.get(eni.ec2Id)
        this.#interfaces.set(eni.ec2Id, arn)
        this.check("a sandbox is handed out once", (owner ?? arn) === arn, () => `${eni.ec2Id}: ${owner}, ${arn}`)
      },
    }
  })()

  #request<O extends keyof Ecs & string>(
    operation: O,
    input: Input<"ecs", O>,
    caller: Caller,
    done: (answer: Answer<O>) => void,
  ): void {
    const { clock, dice, network } = this
    const later = (ms: number, fn: () => void) => clock.at(clock.now() + ms, fn)
    const goesWrong = () => network.lossy > 0 && dice.once(network.lossy)
    let over = false
    const timeout = later(10_000, () => finish({ lost: true }))
    const finish = (answer: Answer<O>) => {
      if (over) return
      over = true
      timeout()
      done(answer)
    }
    const arrive = () => {
      const { plane } = this
      if (!plane) return finish({ lost: true })
      plane.gate.invoke("ecs", operation, input, scope, caller).then(
        (ok) => {
          if (plane.alive && !goesWrong()) later(dice.below(network.slow), () => finish({ ok }))
        },
        (thrown: unknown) => {
          if (!plane.alive) return
          if (!(thrown instanceof Fault)) return this.violation("no call fails by a bug", `${operation}: ${thrown}`)
          later(dice.below(network.slow), () => finish({ refused: thrown }))
        },
      )
    }
    if (!goesWrong()) later(dice.below(network.slow), arrive)
    // A copy that took another way.
    if (goesWrong()) later(dice.below(60_000), arrive)
  }
}
