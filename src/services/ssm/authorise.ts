// What each operation of the Parameter Store needs permission for. The resource is the parameter's ARN, of its version or label too.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
import type { Authorise, Demand, ReadCx } from "../../gate/index.ts"
import { formatArn } from "../../kernel/index.ts"
import { parameterKey } from "../../state/index.ts"
import { arnOf, parseReference, publicArnOf } from "./names.ts"
import { publicParameter } from "./public.ts"

type Conditions = NonNullable<Demand["conditions"]>
interface WireTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** The ARN that policies name: never with a version or label. */
const arnFor = (cx: ReadCx, text: string): string => {
  const reference = parseReference(text, cx.scope)
  if (!reference) return arnOf(cx.scope, text)
  return publicParameter(reference.name)
    ? publicArnOf(cx.scope.region, reference.name)
    : arnOf(reference.scope, reference.name)
}

const tagsOf = (cx: ReadCx, text: string) => {
  const name = parseReference(text, cx.scope)?.name ?? text
  return cx.tx.parameters.get(parameterKey({ ...cx.scope, name }))?.tags
}

const requestTags = (tags: readonly WireTag[] | undefined): Conditions =>
  tags?.length
    ? {
        ...Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [`aws:RequestTag/${Key}`, Value])),
        "aws:TagKeys": tags.map(({ Key = "" }) => Key),
      }
    : {}

const onOne = (cx: ReadCx, action: string, name: string, more: Conditions = {}): Demand => ({
  action: `ssm:${action}`,
  resources: [arnFor(cx, name)],
  conditions: more,
  about: () => ({ tags: tagsOf(cx, name) }),
})

export const onName =
  (action: string): Authorise<{ Name: string | undefined }> =>
  (cx, input) => [onOne(cx, action, input.Name ?? "")]

/** Each parameter is a demand of its own, with its own tags. */
export const onNames =
  (action: string): Authorise<{ Names: readonly string[] | undefined }> =>
  (cx, input) =>
    (input.Names ?? []).map((name) => onOne(cx, action, name))

/** On the path itself, which policies name like a parameter. */
export const onPath: Authorise<{ Path: string | undefined; Recursive?: boolean | undefined }> = (cx, input) => [
  {
    action: "ssm:GetParametersByPath",
    resources: [arnOf(cx.scope, (input.Path ?? "").replace(/(.)\/+$/, "$1"))],
    conditions: { "ssm:Recursive": String(input.Recursive ?? false) },
  },
]

export const onPut: Authorise<{
  Name: string | undefined
  Overwrite?: boolean | undefined
  Policies?: string | undefined
  Tags?: readonly WireTag[] | undefined
}> = (cx, input) => {
  const name = input.Name ?? ""
  const demand = onOne(cx, "PutParameter", name, {
    ...requestTags(input.Tags),
    "ssm:Overwrite": String(input.Overwrite ?? false),
    ...(input.Policies !== undefined && { "ssm:Policies": String(input.Policies !== "") }),
  })
  return input.Tags?.length ? [demand, { ...demand, action: "ssm:AddTagsToResource" }] : [demand]
}

export const onTagged =
  (
    action: string,
  ): Authorise<{
    ResourceId: string | undefined
    Tags?: readonly WireTag[] | undefined
    TagKeys?: readonly string[] | undefined
  }> =>
  (cx, input) => [
    onOne(cx, action, input.ResourceId ?? "", {
      ...requestTags(input.Tags),
      ...(input.TagKeys && { "aws:TagKeys": input.TagKeys }),
    }),
  ]

/** AWS knows no narrower resource for it. */
export const onAll =
  (action: string): Authorise<object> =>
  (cx) => [{ action: `ssm:${action}`, resources: [formatArn("ssm", cx.scope, "*")] }]
