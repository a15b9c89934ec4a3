// Which policies are in force: on a listener, and on a port of the instances.
import type { Op } from "../../gate/index.ts"
import type { ClassicListener, ClassicLoadBalancerRow, ClassicPolicy } from "../../state/index.ts"
import { misconfigured } from "./checks.ts"
import { balancerOf, keyOf } from "./find.ts"
import { changeListener, isSecure } from "./listeners.ts"
import { policyNotFound } from "./policies.ts"

const policiesNamed = (row: ClassicLoadBalancerRow, names: readonly string[] | undefined): readonly ClassicPolicy[] =>
  [...new Set(names)].map((name) => {
    const policy = row.policies.find((one) => one.name === name)
    if (!policy) throw policyNotFound(name, row.name)
    return policy
  })

const isStickiness = ({ type }: ClassicPolicy): boolean => type.endsWith("CookieStickinessPolicyType")

/** The texts of this file are from memory. */
const checkForListener = ({ port, protocol }: ClassicListener, policies: readonly ClassicPolicy[]): void => {
  for (const { name, type } of policies) {
    const fits =
      type === "SSLNegotiationPolicyType"
        ? isSecure(protocol)
        : type !== "ProxyProtocolPolicyType" && (protocol === "HTTP" || protocol === "HTTPS")
    if (!fits)
      throw misconfigured(
        `The policy ${name} of type ${type} cannot be used by the ${protocol} listener on port ${port}`,
      )
  }
  if (policies.filter(isStickiness).length > 1) throw misconfigured("A listener can have one stickiness policy at most")
  if (policies.filter(({ type }) => type === "SSLNegotiationPolicyType").length > 1) {
    throw misconfigured("A listener can have one SSL negotiation policy at most")
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerPoliciesOfListener.html */
export const SetLoadBalancerPoliciesOfListener: Op<"elb", "SetLoadBalancerPoliciesOfListener"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const listeners = changeListener(row, input.LoadBalancerPort, (listener) => {
    const policies = policiesNamed(row, input.PolicyNames)
    checkForListener(listener, policies)
    return { ...listener, policies: policies.map(({ name }) => name) }
  })
  cx.tx.classicLoadBalancers.patch(keyOf(row), { listeners })
  return {}
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerPoliciesForBackendServer.html */
export const SetLoadBalancerPoliciesForBackendServer: Op<"elb", "SetLoadBalancerPoliciesForBackendServer"> = (
  cx,
  input,
) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const instancePort = input.InstancePort ?? 0
  const policies = policiesNamed(row, input.PolicyNames)
  if (!row.listeners.some((listener) => listener.instancePort === instancePort)) {
    throw misconfigured(`No listener of load balancer ${row.name} has the instance port ${instancePort}`)
  }
  for (const { name, type } of policies) {
    if (type !== "ProxyProtocolPolicyType") {
      throw misconfigured(`The policy ${name} of type ${type} cannot be used for instance ports`)
    }
  }
  const others = row.backendPolicies.filter((one) => one.instancePort !== instancePort)
  const own = policies.length > 0 ? [{ instancePort, policies: policies.map(({ name }) => name) }] : []
  cx.tx.classicLoadBalancers.patch(keyOf(row), { backendPolicies: [...others, ...own] })
  return {}
}
