// Finding endpoints and endpoint services, what state they are in, and who may use a service.
import type { ReadCx } from "../../../gate/index.ts"
import type { VpcEndpointRow, VpcEndpointServiceRow } from "../../../state/index.ts"
import { found, type Missing, missing, notFound } from "../lookups.ts"

const missingName: Missing = { code: "InvalidServiceName", what: "The Vpc Endpoint Service" }

/** One of the caller's own services. */
export const serviceAt = (cx: ReadCx, id: string | undefined): VpcEndpointServiceRow =>
  found(cx.tx.vpcEndpointServices, cx.scope, id, missing.endpointService)

/** The state as EC2 says it, whatever the SDK's enumeration says. */
export const stateOf = ({ deletedAt, acceptance, status }: VpcEndpointRow): string => {
  if (deletedAt !== undefined) return "deleting"
  if (acceptance !== "accepted") return acceptance
  if (status.code === "failed") return "failed"
  return status.code === "provisioning" ? "pending" : "available"
}

/** The account itself always; others whom a permission names. */
export const mayUse = ({ scope, caller }: ReadCx, service: VpcEndpointServiceRow): boolean => {
  if (service.region !== scope.region) return false
  if (service.account === scope.account) return true
  const names = new Set(["*", `arn:aws:iam::${scope.account}:root`, caller.arn, caller.roleArn])
  return service.principals.some(({ principal }) => names.has(principal))
}

/** The service by its name, when the caller may know of it. */
export const serviceNamed = (cx: ReadCx, name: string): VpcEndpointServiceRow => {
  const service = cx.tx.vpcEndpointServices.first("name", name)
  if (!service || !mayUse(cx, service)) throw notFound(missingName, name)
  return service
}

/** The zones in which a service can be reached: those of its load balancers. */
export const zonesOfService = (cx: ReadCx, { loadBalancers }: VpcEndpointServiceRow): readonly string[] => [
  ...new Set(loadBalancers.flatMap((arn) => cx.tx.loadBalancers.get(arn)?.zones.map(({ zone }) => zone) ?? [])),
]

export const baseNameOf = ({ id, region }: VpcEndpointServiceRow): string => `${id}.${region}.vpce.localhost`
