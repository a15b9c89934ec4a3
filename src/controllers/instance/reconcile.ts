// The instance controller: asks plan.ts for moves and carries them out in one transaction. Writes `observed` of instances,
// the wishes for their machines, and what their end means for the container instance and the tasks on it.
import type { Cx } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import {
  dropMachine,
  type InstanceRow,
  type MachineRow,
  makeMachine,
  type NetworkRow,
  type View,
  wantNetwork,
  wishAgain,
} from "../../state/index.ts"
import { again, type Controller, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"
import { ensureDefaultCluster, leave, lose } from "./container-instance.ts"
import { type Move, nextMove, type Seen } from "./plan.ts"

const keyOf = (i: Pick<InstanceRow, "account" | "region" | "id">) => `${scopeKey(i)}/${i.id}`

/** See the head of the file. Keyed by `<account>/<region>/<instance id>`. */
export const instanceController: Controller = {
  name: "instance",
  wakes: [
    on<InstanceRow>("instances", keyOf),
    on<MachineRow>("machines", (m, view) => (m.place === "shared" ? waiting(view) : m.instance)),
    on<NetworkRow>("networks", (n, view) => waiting(view, `${scopeKey(n)}/${n.vpcId}`)),
  ],
  keys: (view) => [...view.instances.all()].map(keyOf),
  reconcile: (cx, key) => {
    const seen = cx.view((view) => look(view, key, cx.now))
    if (!seen) return done
    const first = nextMove(seen)
    const { instance } = seen
    const last =
      first.kind === "wait" ? first : cx.commit(instance, ecsPrincipal(instance.account), (inner) => pursue(inner, key))
    return last.kind === "wait" && last.until !== undefined ? again(last.until) : done
  },
}

/** Instances that wait for the network of their VPC, or for a host to make one on. */
const waiting = (view: View, vpc?: string): string[] => {
  const rows = vpc === undefined ? [...view.instances.all()] : view.instances.by("vpc", vpc)
  return rows.filter((i) => i.desired === "running" && i.observed.state !== "running").map(keyOf)
}

const look = (view: View, key: string, now: number): Seen | undefined => {
  const instance = view.instances.get(key)
  if (!instance) return undefined
  const machine = view.machines.first("instance", key)
  const network = view.networks.get(`${scopeKey(instance)}/${instance.vpcId}`)
  return { instance, ...(machine && { machine }), ...(network?.desired === "up" && { network }), now }
}

/** Carries out moves until there is nothing to do now; answers the last one. */
const pursue = (cx: Cx, key: string): Move => {
  for (;;) {
    const seen = look(cx.tx, key, cx.now)
    const move: Move = seen ? nextMove(seen) : { kind: "wait" }
    if (!seen || move.kind === "wait") return move
    if (!carryOut(cx, key, seen, move)) return { kind: "wait" }
  }
}

/** Whether there may be another move at once. */
const carryOut = (cx: Cx, key: string, { instance, machine }: Seen, move: Exclude<Move, { kind: "wait" }>): boolean => {
  switch (move.kind) {
    case "network":
      return wantNetwork(cx.tx, instance, instance.vpcId, cx.now) !== undefined
    case "machine": {
      const { account, boots } = instance
      ensureDefaultCluster(cx, instance)
      makeMachine(cx.tx, cx.ids, cx.now, { account, kind: "ec2-instance", place: "instance", instance: key, boots })
      return true
    }
    case "wish":
      if (!machine) return false
      if (move.desired === "gone") leave(cx, instance, machine)
      cx.tx.machines.patch(machine.id, {
        desired: move.desired,
        boots: instance.boots,
        ...wishAgain(machine, cx.now),
      })
      return true
    case "observe": {
      const { state, reason } = move
      cx.tx.instances.patch(key, { observed: { state, at: cx.now, ...(reason && { reason }) } })
      if (state === "terminated" && !machine) releaseInterface(cx, instance)
      return true
    }
    case "gone":
      if (!machine) return false
      lose(cx, machine)
      dropMachine(cx.tx, machine)
      releaseInterface(cx, instance)
      return true
    case "forget":
      cx.tx.instances.delete(key)
      return false
  }
}

/** Its first interface goes with it, or is free again when it was the user's own. */
const releaseInterface = (cx: Cx, instance: InstanceRow): void => {
  const key = `${scopeKey(instance)}/${instance.interfaceId}`
  const row = cx.tx.networkInterfaces.get(key)
  if (row?.instanceId !== instance.id) return
  if (row.deleteOnTermination) cx.tx.networkInterfaces.delete(key)
  else cx.tx.networkInterfaces.patch(key, { status: "available", instanceId: undefined, attachedAt: undefined })
}
