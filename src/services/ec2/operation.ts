// The two kinds of entries of EC2's table: operations that describe and operations that change. Both honour DryRun and
// find the region's default VPC made; what they need permission for is computed here from their input.
import type { TagSpecification } from "@aws-sdk/client-ec2"
import { type Cx, type Demand, type Entry, type Input, type Output, type ReadCx, write } from "../../gate/index.ts"
import { Fault, formatArn, type Scope } from "../../kernel/index.ts"
import type { Operations } from "../../model/operations.ts"
import { ensureDefaultVpc } from "../../state/index.ts"

type Name = keyof Operations["ec2"] & string

/** A part of EC2's table. */
export type Part = { readonly [O in Name]?: Entry<Input<"ec2", O>, Output<"ec2", O>> }

/** After authorisation, and before anything else: a dry run says only whether the caller would be allowed. */
const refuseDryRun = (input: object): void => {
  if (!("DryRun" in input) || !input.DryRun) return
  throw new Fault("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", { status: 412 })
}

/**
 * An operation that describes. It is a `write`, because whoever looks first at an account's region makes its default
 * VPC; from then on it changes nothing, and a transaction that changes nothing costs no commit. EC2 has no
 * resource-level permissions for these: the resource is always `*`.
 */
export const describing = <O extends Name>(
  operation: O,
  handler: (cx: ReadCx, input: Input<"ec2", O>) => Output<"ec2", O>,
): Entry<Input<"ec2", O>, Output<"ec2", O>> => entry(operation, handler, () => [])

/** An operation that changes. `resources` names what it changes, as `vpc/vpc-…` or `vpc/*` for one that is made. */
export const changing = <O extends Name>(
  operation: O,
  handler: (cx: Cx, input: Input<"ec2", O>) => Output<"ec2", O>,
  resources: (input: Input<"ec2", O>) => readonly string[],
): Entry<Input<"ec2", O>, Output<"ec2", O>> => entry(operation, handler, resources)

const entry = <O extends Name>(
  operation: O,
  handler: (cx: Cx, input: Input<"ec2", O>) => Output<"ec2", O>,
  resources: (input: Input<"ec2", O>) => readonly string[],
): Entry<Input<"ec2", O>, Output<"ec2", O>> =>
  write(
    (cx: Cx, input: Input<"ec2", O>) => {
      refuseDryRun(input as object)
      ensureDefaultVpc(cx.tx, cx.scope)
      return handler(cx, input)
    },
    (cx, input) => demands(cx.scope, operation, resources(input), input as object),
  )

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
const demands = (scope: Scope, operation: string, resources: readonly string[], input: object): Demand[] => {
  const arns = resources.map((resource) => formatArn("ec2", scope, resource))
  const specifications = (input as { TagSpecifications?: readonly TagSpecification[] }).TagSpecifications ?? []
  const tags = specifications.flatMap((specification) => specification.Tags ?? [])
  const tagged = {
    ...Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value ?? ""])),
    "aws:TagKeys": tags.map((tag) => tag.Key ?? ""),
  }
  const own: Demand = {
    action: `ec2:${operation}`,
    resources: arns.length > 0 ? arns : ["*"],
    conditions: { "ec2:Region": scope.region, ...(tags.length > 0 ? tagged : {}) },
  }
  if (tags.length === 0) return [own]
  // Tagging while creating is an action of its own.
  const made = specifications.map(({ ResourceType }) => formatArn("ec2", scope, `${ResourceType}/*`))
  const conditions = { "ec2:CreateAction": operation, "ec2:Region": scope.region, ...tagged }
  return [own, { action: "ec2:CreateTags", resources: made, conditions }]
}
