// DescribeSSLPolicies: AWS's security policies, which the proxy applies.
import type { ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { type TlsPolicy, tlsPolicies } from "../../protocol/index.ts"
import { oneOf } from "./checks.ts"
import { pageOf } from "./pages.ts"

const shown = ({ name, protocols, ciphers }: TlsPolicy) => ({
  SslProtocols: [...protocols],
  Ciphers: ciphers.map((Name, i) => ({ Name, Priority: i + 1 })),
  Name: name,
  SupportedLoadBalancerTypes: ["application", "network"],
})

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeSSLPolicies.html */
export const DescribeSSLPolicies: ReadOp<"elbv2", "DescribeSSLPolicies"> = (_cx, input) => {
  const type = oneOf("loadBalancerType", input.LoadBalancerType, ["application", "network", "gateway"])
  const names = input.Names ?? []
  // Text of moto's tests.
  for (const name of names)
    if (!tlsPolicies.some((policy) => policy.name === name))
      throw fault("SSLPolicyNotFound", `Policy ${name} not found`)
  const chosen = tlsPolicies.filter(({ name }) => names.length === 0 || names.includes(name))
  const rows = type === "gateway" ? [] : chosen
  const page = pageOf(rows, (policy) => tlsPolicies.indexOf(policy), input)
  return {
    SslPolicies: page.rows.map(shown),
    ...(page.NextMarker !== undefined && { NextMarker: page.NextMarker }),
  }
}
