// Policies of a load balancer: made, shown and removed. Where they are in force is in applied-policies.ts.
import type { Cx, Op, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { ClassicLoadBalancerRow, ClassicPolicy } from "../../state/index.ts"
import { invalid, misconfigured } from "./checks.ts"
import { balancerOf, keyOf } from "./find.ts"
import { limits } from "./limits.ts"
import { checkAttributes, samplePolicies } from "./policy-types.ts"

/** Text of AWS, as moto's tests have it. */
export const policyNotFound = (policy: string, balancer: string) =>
  fault("PolicyNotFound", `There is no policy with name ${policy} for load balancer ${balancer}`)

/** The texts of this file without a source are from memory. */
const addPolicy = (cx: Cx, balancer: string | undefined, policy: ClassicPolicy): void => {
  const row = balancerOf(cx, balancer)
  if (!/^[A-Za-z0-9-]{1,255}$/.test(policy.name)) {
    throw invalid("PolicyName must consist of alphanumeric characters and dashes (-)")
  }
  checkAttributes(policy.type, policy.attributes)
  if (row.policies.some(({ name }) => name === policy.name)) {
    throw fault("DuplicatePolicyName", `The policy name ${policy.name} already exists for load balancer ${row.name}`)
  }
  if (row.policies.length >= limits.policies) {
    throw fault("TooManyPolicies", `A load balancer can have at most ${limits.policies} policies`)
  }
  cx.tx.classicLoadBalancers.patch(keyOf(row), { policies: [...row.policies, policy] })
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateAppCookieStickinessPolicy.html */
export const CreateAppCookieStickinessPolicy: Op<"elb", "CreateAppCookieStickinessPolicy"> = (cx, input) => {
  addPolicy(cx, input.LoadBalancerName, {
    name: input.PolicyName ?? "",
    type: "AppCookieStickinessPolicyType",
    attributes: [{ name: "CookieName", value: input.CookieName ?? "" }],
  })
  return {}
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLBCookieStickinessPolicy.html */
export const CreateLBCookieStickinessPolicy: Op<"elb", "CreateLBCookieStickinessPolicy"> = (cx, input) => {
  const { CookieExpirationPeriod: period } = input
  addPolicy(cx, input.LoadBalancerName, {
    name: input.PolicyName ?? "",
    type: "LBCookieStickinessPolicyType",
    attributes: period === undefined ? [] : [{ name: "CookieExpirationPeriod", value: String(period) }],
  })
  return {}
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerPolicy.html */
export const CreateLoadBalancerPolicy: Op<"elb", "CreateLoadBalancerPolicy"> = (cx, input) => {
  addPolicy(cx, input.LoadBalancerName, {
    name: input.PolicyName ?? "",
    type: input.PolicyTypeName ?? "",
    attributes: (input.PolicyAttributes ?? []).map(({ AttributeName = "", AttributeValue = "" }) => ({
      name: AttributeName,
      value: AttributeValue,
    })),
  })
  return {}
}

const usesOf = ({ listeners, backendPolicies }: ClassicLoadBalancerRow, name: string): boolean =>
  [...listeners, ...backendPolicies].some(({ policies }) => policies.includes(name))

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeleteLoadBalancerPolicy.html */
export const DeleteLoadBalancerPolicy: Op<"elb", "DeleteLoadBalancerPolicy"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const name = input.PolicyName ?? ""
  if (usesOf(row, name)) throw misconfigured(`The policy ${name} is in use and cannot be deleted`)
  cx.tx.classicLoadBalancers.patch(keyOf(row), { policies: row.policies.filter((policy) => policy.name !== name) })
  return {}
}

const described = ({ name, type, attributes }: ClassicPolicy) => ({
  PolicyName: name,
  PolicyTypeName: type,
  PolicyAttributeDescriptions: attributes.map(({ name, value }) => ({ AttributeName: name, AttributeValue: value })),
})

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancerPolicies.html */
export const DescribeLoadBalancerPolicies: ReadOp<"elb", "DescribeLoadBalancerPolicies"> = (cx, input) => {
  const { LoadBalancerName: balancer, PolicyNames: names = [] } = input
  const all = balancer === undefined ? samplePolicies : balancerOf(cx, balancer).policies
  const found = names.map((name) => {
    const policy = all.find((one) => one.name === name)
    if (!policy) throw policyNotFound(name, balancer ?? "")
    return policy
  })
  return { PolicyDescriptions: (names.length > 0 ? found : all).map(described) }
}
