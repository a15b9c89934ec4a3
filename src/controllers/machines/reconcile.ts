// The machines that are wanted: one shared Fargate host always, and one apart for each VPC whose network cannot be made
// on the shared one because its CIDR overlaps. Writes wishes only; what came of them is observed by fleet/.
import type { Cx } from "../../gate/index.ts"
import type { Scope } from "../../kernel/index.ts"
import type { NetworkRow } from "../../state/index.ts"
import { type Controller, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"

/** The key under which the shared host is looked after. */
const sharedKey = "shared"

/** Builds the controller. The machines' own records and keys belong to `home`, the default account and region. */
export const machinesController = (home: Scope): Controller => ({
  name: "machines",
  wakes: [on("machines", () => sharedKey), on<NetworkRow>("networks", (n) => `${n.account}/${n.region}/${n.vpcId}`)],
  keys: (view) => [sharedKey, ...[...view.networks.all()].map((n) => `${n.account}/${n.region}/${n.vpcId}`)],
  reconcile: (cx, key) => {
    if (key === sharedKey) {
      const known = cx.view((view) => view.machines.by("desired", "up").some((m) => m.place === "shared"))
      if (!known) cx.commit(home, ecsPrincipal(home.account), (inner) => makeMachine(inner, home, "shared"))
      return done
    }
    const network = cx.view((view) => view.networks.get(key))
    if (network?.desired === "up" && network.observed.status === "OVERLAPS") {
      cx.commit(home, ecsPrincipal(home.account), (inner) => moveApart(inner, home, key))
    }
    return done
  },
})

const makeMachine = (cx: Cx, home: Scope, place: "shared" | "apart"): string => {
  const id = `m-${cx.ids.hex(17)}`
  const accessKeyId = `ASIA${cx.ids.hex(16).toUpperCase()}`
  cx.tx.accessKeys.insert({
    accessKeyId,
    secretAccessKey: cx.ids.hex(40),
    account: home.account,
    principal: { kind: "machine", machineId: id },
    createdAt: cx.now,
  })
  cx.tx.machines.insert({
    id,
    kind: "fargate-host",
    place,
    desired: "up",
    accessKeyId,
    generation: 1,
    observed: { generation: 0, status: "UNKNOWN", at: cx.now },
  })
  return id
}

/** Gives a network that overlaps a machine of its own; on that machine nothing can be in its way. */
const moveApart = (cx: Cx, home: Scope, key: string): void => {
  const network = cx.tx.networks.get(key)
  if (network?.observed.status !== "OVERLAPS") return
  if (cx.tx.machines.get(network.machineId)?.place === "apart") return
  cx.tx.networks.patch(key, {
    machineId: makeMachine(cx, home, "apart"),
    generation: network.generation + 1,
    observed: { generation: network.generation, status: "UNKNOWN", at: cx.now },
  })
}
