// Network interfaces of tasks, on Fargate and on instances, checked after every commit: each address is one interface's or one sandbox's, a
// sandbox goes to one task, and a task has its interface for as long as it may run, and no longer.
import type { Commit, NetworkInterfaceRow, SandboxRow, State, TaskRow } from "../../src/state/index.ts"
import type { Parts } from "./invariants.ts"

/** Phases in which containers may be there: the interface is made before and given back afterwards. */
const mayRun: ReadonlySet<string> = new Set(["PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING"])

/** See the head of the file: follows one life of the store. */
export class AddressInvariants {
  readonly #parts: Parts
  /** Table and id of what has an address. */
  readonly #holders = new Map<string, string>()
  /** Interfaces by the ARN of their task. */
  readonly #interfaces = new Map<string, NetworkInterfaceRow>()

  constructor(state: State, parts: Parts) {
    this.#parts = parts
    const { seen } = state.watch(
      "committed",
      (view) => ({ interfaces: [...view.networkInterfaces.all()], sandboxes: [...view.sandboxes.all()] }),
      (commit) => this.#see(commit),
    )
    for (const row of seen.interfaces) this.#hold("networkInterfaces", row)
    for (const { networkInterface } of seen.sandboxes) this.#hold("sandboxes", networkInterface)
  }

  #hold(table: string, row: NetworkInterfaceRow): void {
    this.#holders.set(row.privateIp, `${table} ${row.id}`)
    if (row.taskArn !== undefined) this.#interfaces.set(row.taskArn, row)
  }

  #check(name: string, holds: boolean, what: () => string): void {
    const { checks, violation } = this.#parts
    checks.set(name, (checks.get(name) ?? 0) + 1)
    if (!holds) violation(name, what())
  }

  #see({ changes }: Commit): void {
    const held: (readonly [string, NetworkInterfaceRow])[] = []
    for (const { table, before, after } of changes) {
      if (table !== "sandboxes" && table !== "networkInterfaces") continue
      const [was, is] = [before, after].map((row) =>
        table === "sandboxes" ? (row as SandboxRow | undefined)?.networkInterface : (row as NetworkInterfaceRow),
      )
      if (was && this.#holders.get(was.privateIp) === `${table} ${was.id}`) this.#holders.delete(was.privateIp)
      if (was?.taskArn !== undefined) this.#interfaces.delete(was.taskArn)
      if (is) held.push([table, is])
    }
    for (const [table, row] of held) {
      const holder = this.#holders.get(row.privateIp)
      this.#check(
        "an address is one interface's, or one sandbox's",
        holder === undefined,
        () => `${row.privateIp}: ${holder} and ${table} ${row.id}`,
      )
      this.#hold(table, row)
    }
    for (const { table, after } of changes) if (table === "tasks" && after) this.#task(after as TaskRow)
  }

  #task(task: TaskRow): void {
    if (!task.networkConfiguration) return
    const own = this.#interfaces.get(task.arn)
    const [attachment] = task.attachments
    const shown = attachment?.details.find(({ name }) => name === "privateIPv4Address")?.value
    if (mayRun.has(task.lastStatus)) {
      this.#check(
        "a task that may run has the interface that it shows",
        own !== undefined && own.privateIp === shown,
        () => `${task.id} is ${task.lastStatus} and has ${own?.privateIp}, shown ${shown}`,
      )
    }
    if (task.lastStatus === "STOPPED") {
      this.#check("a stopped task gives its interface back", own === undefined, () => `${task.id}: ${own?.id}`)
    }
  }
}
