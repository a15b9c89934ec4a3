// Decides the next move of an EC2 instance from its record and those of its machine and network. Pure: data in, one move
// out; the reconciler carries it out and asks again until there is none.
import type { InstanceRow, MachineRow, NetworkRow, StateReason } from "../../state/index.ts"

/** What is known around an instance. */
export interface Seen {
  readonly instance: InstanceRow
  /** Absent before it is made and after it is gone. */
  readonly machine?: MachineRow
  /** Of its VPC; absent until something needs it. */
  readonly network?: NetworkRow
  /** Milliseconds of the cloud clock. */
  readonly now: number
}

/** One thing to do. */
export type Move =
  /** Ask for the network of its VPC. */
  | { readonly kind: "network" }
  /** Make the wish for its machine. */
  | { readonly kind: "machine" }
  /** Change that wish. */
  | { readonly kind: "wish"; readonly desired: MachineRow["desired"] }
  /** Write down what became of it. */
  | { readonly kind: "observe"; readonly state: "running" | "stopped" | "terminated"; readonly reason?: StateReason }
  /** Its machine is gone: nothing can run there, and its record goes. */
  | { readonly kind: "gone" }
  /** Forget the instance. */
  | { readonly kind: "forget" }
  /** Nothing, until something changes or `until`. */
  | { readonly kind: "wait"; readonly until?: number }

/** A terminated instance is described for an hour: EC2 user guide, "Terminate Amazon EC2 instances". */
export const terminatedLifetime = 60 * 60 * 1000

/** An instance that has not come up by then never will. */
const patience = 10 * 60 * 1000

const wait: Move = { kind: "wait" }
const wish = (desired: MachineRow["desired"]): Move => ({ kind: "wish", desired })

/** EC2's two words for a launch that failed by no fault of the user: API_StateReason. */
const noCapacity = (why: string): StateReason => ({
  code: "Server.InsufficientInstanceCapacity",
  message: `Server.InsufficientInstanceCapacity: ${why}`,
})
const internal = (why: string): StateReason => ({
  code: "Server.InternalError",
  message: `Server.InternalError: ${why}`,
})

/** The instance's next move. */
export const nextMove = (seen: Seen): Move => {
  const { instance } = seen
  if (instance.desired === "terminated" || instance.observed.state === "terminated") return towardsEnd(seen)
  return instance.desired === "running" ? towardsRunning(seen) : towardsStopped(seen)
}

const towardsRunning = (seen: Seen): Move => {
  const { instance, machine, network } = seen
  if (!machine) {
    if (!network) return { kind: "network" }
    if (network.observed.status === "FAILED") {
      const why = `the network of ${instance.vpcId} could not be made: ${network.observed.reason ?? "no reason was given"}`
      return { kind: "observe", state: "terminated", reason: noCapacity(why) }
    }
    return network.observed.status === "UP" ? { kind: "machine" } : untilPatience(seen, network.observed.reason)
  }
  if (machine.desired !== "up" || (machine.boots ?? 0) < instance.boots) return wish("up")
  const { status, reason } = machine.observed
  if (status === "UP") return instance.observed.state === "running" ? wait : { kind: "observe", state: "running" }
  if (instance.observed.state === "running") return wait
  if (status === "FAILED") {
    return { kind: "observe", state: "terminated", reason: noCapacity(reason ?? "no reason was given") }
  }
  return untilPatience(seen, reason)
}

const untilPatience = ({ instance, now }: Seen, reason: string | undefined): Move => {
  const until = instance.launchedAt + patience
  if (now < until) return { kind: "wait", until }
  return { kind: "observe", state: "terminated", reason: internal(reason ?? "the instance did not come up in time") }
}

const towardsStopped = ({ instance, machine }: Seen): Move => {
  const stopped: Move = { kind: "observe", state: "stopped" }
  if (!machine) return instance.observed.state === "stopped" ? wait : stopped
  if (machine.desired !== "stopped") return wish("stopped")
  return machine.observed.status === "STOPPED" && instance.observed.state !== "stopped" ? stopped : wait
}

const towardsEnd = ({ instance, machine, now }: Seen): Move => {
  if (machine) {
    if (machine.desired !== "gone") return wish("gone")
    return machine.observed.status === "GONE" ? { kind: "gone" } : wait
  }
  if (instance.observed.state !== "terminated") return { kind: "observe", state: "terminated" }
  const until = instance.observed.at + terminatedLifetime
  return now >= until ? { kind: "forget" } : { kind: "wait", until }
}
