// What is around Fargate tasks: the supervisor, which makes machines and networks when they are wished for and says so, and
// the pool host whose agent runs the tasks. The subnets are small, so that addresses come round.
import type { Caller, Input } from "../../src/gate/index.ts"
import type { Clock } from "../../src/kernel/index.ts"
import {
  type MachineRow,
  type NetworkRow,
  type State,
  subnetRow,
  type Tx,
  type VpcRow,
  zonesOf,
} from "../../src/state/index.ts"
import type { Roll } from "../fuzz/roll.ts"
import type { ControlPlane } from "./control-plane.ts"
import type { Host, HostOptions } from "./host.ts"

/** One in each zone, of 59 addresses: enough for all tasks, and few enough that no more than some sandboxes are kept. */
export const subnets = ["subnet-a", "subnet-b", "subnet-c"] as const

export const networkOf = (ids: readonly string[]): NonNullable<Input<"ecs", "RunTask">["networkConfiguration"]> => ({
  awsvpcConfiguration: { subnets: [...ids] },
})

/** The small subnets, in a VPC of 172.31.0.0/16. */
export const furnishSubnets = (tx: Tx, vpc: VpcRow): void => {
  for (const [i, zone] of zonesOf(vpc.region).entries()) {
    const cidr = `172.31.48.${64 * i}/26`
    tx.subnets.insert(subnetRow(vpc, { id: subnets[i] ?? "", cidr, zone, isDefault: false }))
  }
}

type Wish = Pick<MachineRow | NetworkRow, "generation" | "observed">
/** Nothing was said of it, or nothing good. */
const isOpen = (row: Wish): boolean => row.observed.generation < row.generation || row.observed.status === "FAILED"

/** What of the world it is in: the control plane that lives now, and its time. */
interface Surroundings {
  readonly clock: Clock
  readonly dice: Roll
  readonly plane: ControlPlane | undefined
  readonly now: number
  host(options: Omit<HostOptions, "caller">, caller: Caller): Host
  tell(what: string): void
}

/** See the head of the file: one for all lives of the control plane. */
export class Supervisor {
  readonly #world: Surroundings
  readonly #hosts = new Map<string, Host>()
  /** Networks cannot be made for now. */
  #fails: boolean

  constructor(world: Surroundings) {
    this.#world = world
    this.#fails = world.dice.once(8)
  }

  /** Follows one life of the store. */
  serve(state: State): void {
    state.watch(
      "durable",
      () => undefined,
      ({ changes }) => {
        const isWish = ({ table, after }: (typeof changes)[number]) =>
          after !== undefined && (table === "machines" || table === "networks") && isOpen(after as Wish)
        if (changes.some(isWish)) this.#lookIn(100 + this.#world.dice.below(900))
      },
    )
    this.#lookIn(this.#world.dice.below(1000))
  }

  #lookIn(ms: number): void {
    const { clock } = this.#world
    clock.at(clock.now() + ms, () => this.#look())
  }

  /** Makes what is wished for and says so, to the process that lives now; machines are hosts. */
  #look(): void {
    const { plane } = this.#world
    if (!plane) return
    const { machines, networks } = plane.state.view((view) => ({
      machines: [...view.machines.all()].filter(isOpen),
      networks: [...view.networks.all()].filter(isOpen),
    }))
    for (const machine of machines) this.#boot(machine)
    plane.state.transact((tx) => {
      for (const { id, generation } of machines) {
        tx.machines.patch(id, { observed: { generation, status: "UP", at: this.#world.now } })
      }
      for (const { account, region, vpcId, generation } of networks) {
        const status = this.#fails ? "FAILED" : "UP"
        tx.networks.patch(`${account}/${region}/${vpcId}`, { observed: { generation, status, at: this.#world.now } })
      }
    })
    if (!this.#fails || networks.length === 0) return
    this.#world.tell("the network of the VPC cannot be made for half a minute")
    this.#fails = false
    this.#lookIn(30_000)
  }

  #boot({ id }: MachineRow): void {
    if (this.#hosts.has(id)) return
    const arn = `arn:aws:iam::123456789012:machine/${id}`
    const host = this.#world.host(
      { name: "fargate", cluster: "fargate", zone: "", cpu: 1 << 20, memory: 1 << 20, pool: true },
      { account: "123456789012", arn, kind: "machine", machineId: id },
    )
    this.#hosts.set(id, host)
    host.boot()
  }
}
