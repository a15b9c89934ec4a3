// The load balancer controller: carries out plan.ts and writes what status.ts says. Writes interfaces with `balancer`, and
// `status` of load balancers of both kinds and of
// interface endpoints.
import type { Cx } from "../../gate/index.ts"
import { type Scope, scopeKey } from "../../kernel/index.ts"
import {
  allocateAddress,
  type CarriedBalancerRow,
  type ClassicLoadBalancerRow,
  classicKey,
  interfaceRow,
  type ListenerRow,
  type LoadBalancerRow,
  type MachineRow,
  type NetworkInterfaceRow,
  type NetworkRow,
  type SubnetRow,
  subnetOf,
  type View,
  type VpcEndpointRow,
  type VpcEndpointServiceRow,
  wantNetwork,
} from "../../state/index.ts"
import { type Controller, done, on } from "../controller.ts"
import { balancingPrincipal } from "../principals.ts"
import { isEmpty, type Plan, plan } from "./plan.ts"
import { look, type Seen, type Wanted } from "./seen.ts"
import { statusOf } from "./status.ts"

const keyOf = (row: ClassicLoadBalancerRow) => classicKey(row, row.name)

/** The endpoints that reach a load balancer. */
const endpointsOf = (view: View, balancer: string): string[] =>
  view.vpcEndpointServices.by("loadBalancer", balancer).flatMap((service) => endpointsTo(view, service))

const endpointsTo = (view: View, { name }: VpcEndpointServiceRow): string[] =>
  view.vpcEndpoints.by("service", name).map(({ id }) => id)

const inVpc = (view: View, vpc: string): string[] => [
  ...view.loadBalancers.by("vpc", vpc).flatMap(({ arn }) => [arn, ...endpointsOf(view, arn)]),
  ...view.vpcEndpoints.by("vpc", vpc).map(({ id }) => id),
  ...view.classicLoadBalancers.by("vpc", vpc).map(keyOf),
]

/** Those that could not be given an address in the subnet. */
const shortIn = (view: View, subnet: string): string[] => [
  ...view.vpcEndpoints.by("subnet", subnet).flatMap(({ id, status }) => (status.code === "active" ? [] : id)),
  ...view.loadBalancers.by("subnet", subnet).flatMap(({ arn, status }) => (status.code === "active" ? [] : arn)),
  ...view.classicLoadBalancers.by("subnet", subnet).flatMap((row) => (row.status.code === "active" ? [] : keyOf(row))),
]

/** See the head of the file. Keyed by the ARN, by the key of a classic one, or by the id of an endpoint. */
export const loadBalancerController: Controller = {
  name: "load-balancer",
  wakes: [
    on<LoadBalancerRow>("loadBalancers", ({ arn }) => arn),
    on<ClassicLoadBalancerRow>("classicLoadBalancers", keyOf),
    on<ListenerRow>("listeners", ({ loadBalancerArn: arn }, view) => [arn, ...endpointsOf(view, arn)]),
    on<VpcEndpointRow>("vpcEndpoints", ({ id }) => id),
    on<VpcEndpointServiceRow>("vpcEndpointServices", (service, view) => endpointsTo(view, service)),
    on<CarriedBalancerRow>("carriedBalancers", ({ balancer }) => balancer),
    on<NetworkRow>("networks", (network, view) => inVpc(view, `${scopeKey(network)}/${network.vpcId}`)),
    // The first host: until then there is nowhere to make a network.
    on<MachineRow>("machines", (machine, view, before) =>
      machine.place === "shared" && !before ? [...keys(view)] : undefined,
    ),
    // An address was given back that one may have waited for.
    on<NetworkInterfaceRow>("networkInterfaces", (made, view) =>
      view.networkInterfaces.has(`${scopeKey(made)}/${made.id}`)
        ? made.balancer
        : shortIn(view, `${scopeKey(made)}/${made.subnetId}`),
    ),
  ],
  keys: (view) => keys(view),
  reconcile: (cx, id) => {
    const seen = cx.view((view) => look(view, id))
    const scope: Scope | undefined = seen.wanted ?? seen.interfaces[0] ?? seen.gone
    if (!scope || (isEmpty(plan(seen)) && !isNews(seen))) return done
    cx.commit(scope, balancingPrincipal(scope.account), (inner) => {
      carryOut(inner, id, plan(look(inner.tx, id)))
      sayStatus(inner, look(inner.tx, id))
    })
    return done
  },
}

/** Also those of which only an interface is left. */
const keys = (view: View): ReadonlySet<string> =>
  new Set([
    ...[...view.loadBalancers.all()].map(({ arn }) => arn),
    ...[...view.classicLoadBalancers.all()].map(keyOf),
    ...[...view.vpcEndpoints.all()].map(({ id }) => id),
    ...[...view.networkInterfaces.all()].flatMap(({ balancer }) => balancer ?? []),
  ])

const isNews = (seen: Seen): boolean => {
  if (!seen.wanted) return false
  const { code, reason } = statusOf(seen, seen.wanted)
  return code !== seen.wanted.status.code || reason !== seen.wanted.status.reason
}

const sayStatus = ({ tx }: Cx, seen: Seen): void => {
  if (!seen.wanted || !isNews(seen)) return
  tx[seen.wanted.table].patch(seen.wanted.key, { status: statusOf(seen, seen.wanted) })
}

const carryOut = (cx: Cx, id: string, { network, make, change, release, forget }: Plan): void => {
  const { wanted, gone } = look(cx.tx, id)
  for (const row of release) cx.tx.networkInterfaces.delete(`${scopeKey(row)}/${row.id}`)
  if (forget && gone) cx.tx.vpcEndpoints.delete(`${scopeKey(gone)}/${gone.id}`)
  if (!wanted) return
  if (network) wantNetwork(cx.tx, wanted, wanted.vpcId, cx.now)
  for (const row of change) {
    cx.tx.networkInterfaces.patch(`${scopeKey(row)}/${row.id}`, { securityGroups: wanted.securityGroups })
  }
  for (const place of make) makeInterface(cx, wanted, place)
}

/** Makes none where there is no address: what that means is the status' affair, and it is tried again when one is free. */
const makeInterface = (cx: Cx, wanted: Wanted, { subnetId, privateAddress }: Wanted["places"][number]): void => {
  const subnet = subnetOf(cx.tx, wanted, subnetId)
  if (!subnet) return
  const id = cx.ids.ec2("eni")
  const privateIp =
    privateAddress === undefined ? allocateAddress(cx.tx, subnet, id) : asked(cx.tx, subnet, privateAddress)
  if (privateIp === undefined) return
  const { description, interfaceType, securityGroups } = wanted
  const made = { interfaceType, requesterManaged: true, status: "in-use" as const }
  cx.tx.networkInterfaces.insert({
    ...interfaceRow({ id, subnet, privateIp, securityGroups, description, createdAt: cx.now, made }),
    balancer: wanted.id,
  })
}

const asked = (view: View, subnet: SubnetRow, address: string): string | undefined => {
  const key = `${scopeKey(subnet)}/${subnet.vpcId}/${address}`
  return view.networkInterfaces.count("address", key) === 0 ? address : undefined
}
