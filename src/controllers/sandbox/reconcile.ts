// The sandbox controller: keeps for each subnet in which Fargate tasks were started as many interfaces ready as plan.ts
// says, on the host that has the network. Which of them a task gets is the task controller's affair; making the
// containers is the agent's.
import type { Cx } from "../../gate/index.ts"
import {
  allocateAddress,
  type ContainerInstanceRow,
  freeAddresses,
  interfaceRow,
  type NetworkInterfaceRow,
  type NetworkRow,
  type SandboxPoolRow,
  type SandboxRow,
  type SubnetRow,
  type View,
} from "../../state/index.ts"
import { again, type Controller, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"
import { nextLook, planPool } from "./plan.ts"

/** A subnet with fewer free addresses than this keeps none: addresses are for those who need one now. */
const addressesLeft = 32

const keyOf = (row: { readonly account: string; readonly region: string }, id: string): string =>
  `${row.account}/${row.region}/${id}`

/** See the head of the file. Keyed by `<account>/<region>/<subnet id>`. */
export const sandboxController: Controller = {
  name: "sandbox",
  wakes: [
    on<SandboxPoolRow>("sandboxPools", (pool) => keyOf(pool, pool.subnetId)),
    on<SandboxRow>("sandboxes", (sandbox) => keyOf(sandbox, sandbox.networkInterface.subnetId)),
    on<SubnetRow>("subnets", (subnet) => keyOf(subnet, subnet.id)),
    on<NetworkRow>("networks", (network, view) =>
      view.sandboxPools.by("scope", `${network.account}/${network.region}`).map((pool) => keyOf(pool, pool.subnetId)),
    ),
    // A task came or went; or somebody has asked for the address of one that is kept.
    on<NetworkInterfaceRow>("networkInterfaces", (made) => keyOf(made, made.subnetId)),
    on<ContainerInstanceRow>("containerInstances", (instance, view, before) =>
      instance.pool && before?.session.connected !== instance.session.connected
        ? [...view.sandboxPools.all()].map((pool) => keyOf(pool, pool.subnetId))
        : [],
    ),
  ],
  keys: (view) => [...view.sandboxPools.all()].map((pool) => keyOf(pool, pool.subnetId)),
  reconcile: (cx, key) => {
    const pool = cx.view((view) => view.sandboxPools.get(key))
    const rows = cx.view((view) => view.sandboxes.by("subnet", key))
    const [scope] = pool ? [pool] : rows
    if (!scope) return done
    const tasks = cx.view((view) => view.networkInterfaces.count("subnetOfTask", key))
    const next = pool && planPool(pool, tasks, cx.now)
    if (next && pool && isSame(next, pool) && cx.view((view) => isRight(view, key, next))) {
      return again(nextLook(next))
    }
    const kept = cx.commit(scope, ecsPrincipal(scope.account), (inner) => carryOut(inner, key, next))
    return kept ? again(nextLook(kept)) : done
  },
}

const isSame = (a: SandboxPoolRow, b: SandboxPoolRow): boolean =>
  a.wanted === b.wanted && a.answered === b.answered && a.window.from === b.window.from && a.emptySince === b.emptySince

/** The host on which sandboxes of the subnet can be made now. */
const hostOf = (view: View, key: string): ContainerInstanceRow | undefined => {
  const subnet = view.subnets.get(key)
  const network = subnet && view.networks.get(keyOf(subnet, subnet.vpcId))
  if (network?.desired !== "up" || network.observed.status !== "UP") return undefined
  return view.containerInstances
    .by("pool", "fargate")
    .find((instance) => instance.machineId === network.machineId && instance.session.connected)
}

const target = (view: View, key: string, pool: SandboxPoolRow | undefined): number => {
  const subnet = view.subnets.get(key)
  if (!pool || !subnet || !hostOf(view, key) || freeAddresses(view, subnet) < addressesLeft) return 0
  return pool.wanted
}

/** Those whose address is still theirs, and whose host is the one that has the network. */
const isGood = (view: View, sandbox: SandboxRow, host: ContainerInstanceRow | undefined): boolean => {
  const { vpcId, privateIp } = sandbox.networkInterface
  return (
    sandbox.containerInstanceArn === host?.arn &&
    view.networkInterfaces.count("address", keyOf(sandbox, `${vpcId}/${privateIp}`)) === 0
  )
}

const isRight = (view: View, key: string, pool: SandboxPoolRow): boolean => {
  const rows = view.sandboxes.by("subnet", key)
  const host = hostOf(view, key)
  return rows.length === target(view, key, pool) && rows.every((row) => isGood(view, row, host))
}

const carryOut = (cx: Cx, key: string, next: SandboxPoolRow | undefined): SandboxPoolRow | undefined => {
  const { tx } = cx
  if (next) {
    const { wanted, answered, window, emptySince } = next
    tx.sandboxPools.patch(key, { wanted, answered, window, emptySince })
  } else tx.sandboxPools.delete(key)
  const host = hostOf(tx, key)
  const wanted = target(tx, key, next)
  const rows = tx.sandboxes.by("subnet", key)
  const good = rows.filter((row) => isGood(tx, row, host))
  const kept = new Set(good.slice(0, wanted))
  for (const row of rows) if (!kept.has(row)) tx.sandboxes.delete(keyOf(row, row.id))
  const subnet = tx.subnets.get(key)
  for (let n = kept.size; host && subnet && n < wanted; n += 1) {
    const id = cx.ids.ec2("eni")
    const privateIp = allocateAddress(tx, subnet, id)
    if (privateIp === undefined) break
    tx.sandboxes.insert({
      account: subnet.account,
      region: subnet.region,
      id,
      containerInstanceArn: host.arn,
      networkInterface: interfaceRow({
        id,
        subnet,
        privateIp,
        securityGroups: [],
        description: "",
        createdAt: cx.now,
        made: { interfaceType: "interface", requesterManaged: true, status: "in-use" },
      }),
    })
  }
  return next
}
