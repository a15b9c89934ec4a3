// The two kinds of entries of EC2's table: operations that describe and operations that change. Both honour DryRun and
// find the region's default VPC made; what they need permission for is computed here from their input.
import type { Tag, TagSpecification } from "@aws-sdk/client-ec2"
import {
  type AboutResource,
  type Conditions,
  type Cx,
  type Demand,
  type Entry,
  type Input,
  type Output,
  type ReadCx,
  write,
} from "../../gate/index.ts"
import { Fault, formatArn, type Scope } from "../../kernel/index.ts"
import type { Operations } from "../../model/operations.ts"
import { ensureDefaultVpc } from "../../state/index.ts"
import { aboutResource } from "./about.ts"

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
): Entry<Input<"ec2", O>, Output<"ec2", O>> => entry(operation, handler, { resources: () => [] })

/** What an operation demands. */
interface Needs<O extends Name> {
  /** What it changes, as `vpc/vpc-…` or `vpc/*` for one that is made. */
  readonly resources: (input: Input<"ec2", O>, cx: ReadCx) => readonly string[]
  /** Condition keys of one of the resources, from the request. */
  readonly conditions?: (cx: ReadCx, input: Input<"ec2", O>, arn: string) => Conditions
  /** Demands beside its own: roles that are handed over. */
  readonly more?: (cx: ReadCx, input: Input<"ec2", O>) => readonly Demand[]
}

/** An operation that changes. */
export const changing = <O extends Name>(
  operation: O,
  handler: (cx: Cx, input: Input<"ec2", O>) => Output<"ec2", O>,
  resources: Needs<O>["resources"],
  more: Omit<Needs<O>, "resources"> = {},
): Entry<Input<"ec2", O>, Output<"ec2", O>> => entry(operation, handler, { resources, ...more })

const entry = <O extends Name>(
  operation: O,
  handler: (cx: Cx, input: Input<"ec2", O>) => Output<"ec2", O>,
  needs: Needs<O>,
): Entry<Input<"ec2", O>, Output<"ec2", O>> =>
  write(
    (cx: Cx, input: Input<"ec2", O>) => {
      refuseDryRun(input as object)
      ensureDefaultVpc(cx.tx, cx.scope)
      return handler(cx, input)
    },
    (cx, input) => [...demands(cx, operation, needs, input), ...(needs.more?.(cx, input) ?? [])],
  )

/** Images belong to no account in their ARNs. */
const arnOf = (scope: Scope, resource: string): string =>
  formatArn("ec2", resource.startsWith("image/") ? { ...scope, account: "" } : scope, resource)

/** Tags that the request gives, whatever for; of those that it takes away the keys. */
interface Tagging {
  readonly TagSpecifications?: readonly TagSpecification[]
  readonly Tags?: readonly Tag[]
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
const demands = <O extends Name>(
  cx: ReadCx,
  operation: O,
  needs: Needs<O>,
  input: Input<"ec2", O>,
): readonly Demand[] => {
  const { scope } = cx
  const arns = needs.resources(input, cx).map((resource) => arnOf(scope, resource))
  const { TagSpecifications = [], Tags = [] } = input as Tagging
  const made = TagSpecifications.flatMap((specification) => specification.Tags ?? [])
  const about = (arn: string): AboutResource => {
    const { tags, conditions } = aboutResource(cx, arn)
    return { tags, conditions: { ...conditions, ...needs.conditions?.(cx, input, arn) } }
  }
  const own: Demand = {
    action: `ec2:${operation}`,
    resources: arns.length > 0 ? arns : ["*"],
    conditions: { "ec2:Region": scope.region, ...tagConditions([...made, ...Tags]) },
    ...(arns.length > 0 && { about }),
  }
  if (made.length === 0) return [own]
  // Tagging while creating is an action of its own.
  const resources = TagSpecifications.map(({ ResourceType }) => arnOf(scope, `${ResourceType ?? "*"}/*`))
  const conditions = { "ec2:CreateAction": operation, "ec2:Region": scope.region, ...tagConditions(made) }
  return [own, { action: "ec2:CreateTags", resources, conditions }]
}

const tagConditions = (tags: readonly Tag[]): Conditions =>
  tags.length === 0
    ? {}
    : {
        ...Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value ?? ""])),
        "aws:TagKeys": tags.map((tag) => tag.Key ?? ""),
      }
