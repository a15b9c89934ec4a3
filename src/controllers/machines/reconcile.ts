// The machines and networks that are wanted: one shared Fargate host always, one apart for each VPC whose network cannot
// be made on the shared one because its CIDR overlaps, and nothing of a VPC that is deleted. Writes wishes only; what came
// of them is observed by fleet/.
import type { Cx } from "../../gate/index.ts"
import type { Scope } from "../../kernel/index.ts"
import {
  dropMachine,
  type MachineRow,
  makeMachine,
  type NetworkRow,
  type View,
  type VpcRow,
  wishAgain,
} from "../../state/index.ts"
import { type Controller, type ControllerCx, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"

/** The key under which the shared host is looked after. */
const sharedKey = "shared"
/** The key of one machine, beside those of networks, which begin with an account. */
const machineKey = ({ id }: Pick<MachineRow, "id">) => `machine ${id}`

/** `<account>/<region>/<vpc id>`: the keys of VPCs and of their networks are the same. */
const networkKey = (n: NetworkRow) => `${n.account}/${n.region}/${n.vpcId}`

/** Builds the controller. The machines' own records and keys belong to `home`, the default account and region. */
export const machinesController = (home: Scope): Controller => ({
  name: "machines",
  wakes: [
    on<MachineRow>("machines", (m) => [sharedKey, machineKey(m)]),
    on<NetworkRow>("networks", (n) => [networkKey(n), machineKey({ id: n.machineId })]),
    // A VPC that is deleted takes its network with it.
    on<VpcRow>("vpcs", (v) => `${v.account}/${v.region}/${v.id}`),
  ],
  keys: (view) => [sharedKey, ...[...view.networks.all()].map(networkKey), ...[...view.machines.all()].map(machineKey)],
  reconcile: (cx, key) => {
    const commit = (write: (inner: Cx) => void) => cx.commit(home, ecsPrincipal(home.account), write)
    if (key === sharedKey) lookAtShared(cx, home, commit)
    else if (key.startsWith("machine ")) lookAtMachine(cx, key.slice("machine ".length), commit)
    else lookAtNetwork(cx, home, key, commit)
    return done
  },
})

type Commit = (write: (inner: Cx) => void) => void

const lookAtShared = (cx: ControllerCx, home: Scope, commit: Commit): void => {
  const known = cx.view((view) => view.machines.by("desired", "up").some((m) => m.place === "shared"))
  if (!known) commit((inner) => void fargateHost(inner, home, "shared"))
}

const lookAtNetwork = (cx: ControllerCx, home: Scope, key: string, commit: Commit): void => {
  const network = cx.view((view) => view.networks.get(key))
  if (!network) return
  const { desired, observed } = network
  if (desired === "up" && !cx.view((view) => view.vpcs.has(key))) commit((inner) => giveUpNetwork(inner, key))
  else if (desired === "up" && observed.status === "OVERLAPS") commit((inner) => moveApart(inner, home, key))
  else if (desired === "gone" && observed.status === "GONE") commit((inner) => void inner.tx.networks.delete(key))
}

/** A machine apart is for its network alone, and goes when that is gone. */
const lookAtMachine = (cx: ControllerCx, id: string, commit: Commit): void => {
  const machine = cx.view((view) => view.machines.get(id))
  if (machine?.place !== "apart") return
  if (machine.desired === "up" && cx.view((view) => isIdle(view, id))) commit((inner) => giveUpMachine(inner, id))
  else if (machine.desired === "gone" && machine.observed.status === "GONE") commit((inner) => forget(inner, machine))
}

const isIdle = (view: View, machineId: string): boolean => view.networks.count("machine", machineId) === 0

const giveUpNetwork = (cx: Cx, key: string): void => {
  const network = cx.tx.networks.get(key)
  if (network?.desired !== "up" || cx.tx.vpcs.has(key)) return
  cx.tx.networks.patch(key, { desired: "gone", ...wishAgain(network, cx.now) })
}

const giveUpMachine = (cx: Cx, id: string): void => {
  const machine = cx.tx.machines.get(id)
  if (machine?.desired !== "up" || !isIdle(cx.tx, id)) return
  cx.tx.machines.patch(id, { desired: "gone", ...wishAgain(machine, cx.now) })
}

/** The host that the machine was goes with it: nothing can be placed there any more. */
const forget = (cx: Cx, machine: MachineRow): void => {
  for (const host of cx.tx.containerInstances.by("machine", machine.id)) cx.tx.containerInstances.delete(host.arn)
  dropMachine(cx.tx, machine)
}

const fargateHost = (cx: Cx, { account }: Scope, place: "shared" | "apart"): string =>
  makeMachine(cx.tx, cx.ids, cx.now, { account, kind: "fargate-host", place })

/** Gives a network that overlaps a machine of its own; on that machine nothing can be in its way. */
const moveApart = (cx: Cx, home: Scope, key: string): void => {
  const network = cx.tx.networks.get(key)
  if (network?.observed.status !== "OVERLAPS") return
  if (cx.tx.machines.get(network.machineId)?.place === "apart") return
  cx.tx.networks.patch(key, { machineId: fargateHost(cx, home, "apart"), ...wishAgain(network, cx.now) })
}
