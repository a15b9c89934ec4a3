// The names of an interface endpoint: one for all of its addresses, and one for each zone that it is in.
import type { VpcEndpointRow } from "./tables/vpc-endpoints.ts"

/** A name, and the zone of which it is alone. */
export interface EndpointName {
  readonly name: string
  readonly zone?: string
}

/** AWS writes the zone at the end of the first label. */
export const endpointNames = ({
  dnsName,
  subnets,
}: Pick<VpcEndpointRow, "dnsName" | "subnets">): readonly EndpointName[] => {
  const end = dnsName.indexOf(".")
  const [label, rest] = [dnsName.slice(0, end), dnsName.slice(end)]
  return [{ name: dnsName }, ...subnets.map(({ zone }) => ({ name: `${label}-${zone}${rest}`, zone }))]
}
