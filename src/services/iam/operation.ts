// The two kinds of entries of IAM's table: operations that read and operations that change. Both check the members of the
// request, and refuse the credentials that AWS keeps away from IAM; what they need permission for is said by the caller.
import {
  type Cx,
  type Demand,
  type Entry,
  type Input,
  type Output,
  type ReadCx,
  read,
  write,
} from "../../gate/index.ts"
import { type Caller, Fault } from "../../kernel/index.ts"
import type { Operations } from "../../model/operations.ts"
import type { IamTag } from "../../state/index.ts"
import { checkInput } from "./checks.ts"

export type Name = keyof Operations["iam"] & string

/** A part of IAM's table. */
export type Part = { readonly [O in Name]?: Entry<Input<"iam", O>, Output<"iam", O>> }

/** What an operation is about: ARNs, and the values of condition keys beyond those that every request has. */
export interface About {
  readonly resources: readonly string[]
  readonly conditions?: Demand["conditions"]
  /** Further permission that is needed: to pass a role on. */
  readonly also?: readonly Demand[]
}

type Of<O extends Name> = (cx: ReadCx, input: Input<"iam", O>) => About

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
const demands =
  <O extends Name>(operation: O, about: Of<O>) =>
  (cx: ReadCx, input: Input<"iam", O>): readonly Demand[] => {
    refuseSessions(cx.caller)
    const { resources, conditions, also = [] } = about(cx, input)
    return [{ action: `iam:${operation}`, resources, ...(conditions && { conditions }) }, ...also]
  }

export const reading = <O extends Name>(
  operation: O,
  handler: (cx: ReadCx, input: Input<"iam", O>) => Output<"iam", O>,
  about: Of<O>,
): Entry<Input<"iam", O>, Output<"iam", O>> =>
  read(
    (cx: ReadCx, input: Input<"iam", O>) => {
      checkInput(operation, input as object)
      return handler(cx, input)
    },
    demands(operation, about),
  )

export const changing = <O extends Name>(
  operation: O,
  handler: (cx: Cx, input: Input<"iam", O>) => Output<"iam", O>,
  about: Of<O>,
): Entry<Input<"iam", O>, Output<"iam", O>> =>
  write(
    (cx: Cx, input: Input<"iam", O>) => {
      checkInput(operation, input as object)
      return handler(cx, input)
    },
    demands(operation, about),
  )

/** IAM takes no temporary credentials of a user: those of GetSessionToken only with MFA, of GetFederationToken never. */
const refuseSessions = ({ kind, session }: Caller): void => {
  if (kind === "federated" || ((kind === "user" || kind === "root") && session))
    throw new Fault("InvalidClientTokenId", "The security token included in the request is invalid", { status: 403 })
}

/** The operation has no resource. */
export const anything = (): About => ({ resources: ["*"] })

/** The condition keys of the tags in a request. */
export const requestTags = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Record<string, string | readonly string[]> =>
  tags && tags.length > 0
    ? {
        ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ""])),
        "aws:TagKeys": tags.map(({ Key }) => Key ?? ""),
      }
    : {}

/** The condition keys of the tags that a thing has. IAM knows them by two names. */
export const resourceTags = (tags: readonly IamTag[] | undefined): Record<string, string> =>
  Object.fromEntries(
    (tags ?? []).flatMap(({ key, value }) => [
      [`aws:ResourceTag/${key}`, value],
      [`iam:ResourceTag/${key}`, value],
    ]),
  )
