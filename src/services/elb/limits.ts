// The quotas of an account, with the numbers that a new account has at AWS, and DescribeAccountLimits.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-limits.html
import type { ReadOp } from "../../gate/index.ts"
import { pageOf } from "./pages.ts"

export const limits = { loadBalancers: 20, listeners: 100, instances: 1000, tags: 10, policies: 100 } as const

const shown = [
  { Name: "classic-load-balancers", Max: String(limits.loadBalancers) },
  { Name: "classic-listeners", Max: String(limits.listeners) },
  { Name: "classic-registered-instances", Max: String(limits.instances) },
]

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeAccountLimits.html */
export const DescribeAccountLimits: ReadOp<"elb", "DescribeAccountLimits"> = (_, input) => {
  const { rows, NextMarker } = pageOf(shown, (limit) => shown.indexOf(limit), input)
  return { Limits: [...rows], ...(NextMarker !== undefined && { NextMarker }) }
}
