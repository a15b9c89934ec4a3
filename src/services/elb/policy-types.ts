// The types of policies that load balancers have here, what each may say, and the security policies of AWS's own.
import type { PolicyTypeDescription } from "@aws-sdk/client-elastic-load-balancing"
import type { ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { tlsPolicyOf } from "../../protocol/index.ts"
import type { ClassicPolicy } from "../../state/index.ts"
import { misconfigured } from "./checks.ts"

/** Policies that authenticate back ends are absent: nothing here would hold instances to a key. Words of AWS CLI's example. */
const types: readonly PolicyTypeDescription[] = [
  {
    PolicyTypeName: "SSLNegotiationPolicyType",
    Description:
      "Listener policy that defines the ciphers and protocols that will be accepted by the load balancer. This policy can be associated only with HTTPS/SSL listeners.",
    PolicyAttributeTypeDescriptions: [
      { AttributeName: "Reference-Security-Policy", AttributeType: "String", Cardinality: "ZERO_OR_ONE" },
    ],
  },
  {
    PolicyTypeName: "ProxyProtocolPolicyType",
    Description:
      "Policy that controls whether to include the IP address and port of the originating request for TCP messages. This policy operates on TCP/SSL listeners only",
    PolicyAttributeTypeDescriptions: [{ AttributeName: "ProxyProtocol", AttributeType: "Boolean", Cardinality: "ONE" }],
  },
  {
    PolicyTypeName: "AppCookieStickinessPolicyType",
    Description:
      "Stickiness policy with session lifetimes controlled by the lifetime of the application-generated cookie. This policy can be associated only with HTTP/HTTPS listeners.",
    PolicyAttributeTypeDescriptions: [{ AttributeName: "CookieName", AttributeType: "String", Cardinality: "ONE" }],
  },
  {
    PolicyTypeName: "LBCookieStickinessPolicyType",
    Description:
      "Stickiness policy with session lifetimes controlled by the browser (user-agent) or a specified expiration period. This policy can be associated only with HTTP/HTTPS listeners.",
    PolicyAttributeTypeDescriptions: [
      { AttributeName: "CookieExpirationPeriod", AttributeType: "Long", Cardinality: "ZERO_OR_ONE" },
    ],
  },
]

/** A negotiation policy that refers to one of AWS's security policies. */
export const tlsPolicy = (name: string, reference = name): ClassicPolicy => ({
  name,
  type: "SSLNegotiationPolicyType",
  attributes: [{ name: "Reference-Security-Policy", value: reference }],
})

/** The predefined security policies of classic load balancers, the newest first. */
const predefined = [
  ...["ELBSecurityPolicy-TLS-1-2-2017-01", "ELBSecurityPolicy-TLS-1-1-2017-01", "ELBSecurityPolicy-2016-08"],
  ...["ELBSecurityPolicy-2015-05", "ELBSecurityPolicy-2015-03", "ELBSecurityPolicy-2015-02"],
  ...["ELBSecurityPolicy-2014-10", "ELBSecurityPolicy-2014-01", "ELBSecurityPolicy-2011-08"],
]

/** AWS's own policies, which belong to no load balancer. */
export const samplePolicies: readonly ClassicPolicy[] = predefined
  .filter((name) => tlsPolicyOf(name) !== undefined)
  .map((name) => tlsPolicy(name))

const typeOf = (name: string): PolicyTypeDescription => {
  const found = types.find(({ PolicyTypeName }) => PolicyTypeName === name)
  // Text from memory.
  if (!found) throw fault("PolicyTypeNotFound", `There is no policy type with name ${name}`)
  return found
}

type Attributes = ClassicPolicy["attributes"]

/** What a policy's attributes must be by its type. Texts from memory. */
export const checkAttributes = (type: string, attributes: Attributes): void => {
  const known = typeOf(type).PolicyAttributeTypeDescriptions ?? []
  for (const { name } of attributes) {
    if (type === "SSLNegotiationPolicyType" && /^(Protocol-|Server-Defined|[A-Z0-9-]+$)/.test(name)) {
      throw misconfigured(
        `Roadstead takes security policies by Reference-Security-Policy alone, and no protocols and ciphers one by one: ${name}`,
      )
    }
    if (!known.some(({ AttributeName }) => AttributeName === name)) {
      throw misconfigured(`The policy type ${type} has no attribute ${name}`)
    }
  }
  for (const { AttributeName, Cardinality } of known) {
    const count = attributes.filter(({ name }) => name === AttributeName).length
    if (count > 1 || (Cardinality === "ONE" && count === 0)) {
      throw misconfigured(`A policy of type ${type} must have the attribute ${AttributeName} once`)
    }
  }
  for (const { name, value } of attributes) checkValue(name, value)
}

const checkValue = (name: string, value: string): void => {
  const bad = () => misconfigured(`The value ${value} of the attribute ${name} is not valid`)
  if (name === "Reference-Security-Policy" && !samplePolicies.some((one) => one.name === value)) throw bad()
  if (name === "ProxyProtocol" && value !== "true" && value !== "false") throw bad()
  if (name === "CookieExpirationPeriod" && !/^\d{1,15}$/.test(value)) throw bad()
  if (name === "CookieName" && !/^[^\s;,=]{1,255}$/.test(value)) throw bad()
  // AWS keeps these names for itself.
  if (name === "CookieName" && value.toUpperCase() === "AWSELB") throw bad()
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancerPolicyTypes.html */
export const DescribeLoadBalancerPolicyTypes: ReadOp<"elb", "DescribeLoadBalancerPolicyTypes"> = (_, input) => ({
  PolicyTypeDescriptions: input.PolicyTypeNames?.length ? input.PolicyTypeNames.map(typeOf) : [...types],
})
