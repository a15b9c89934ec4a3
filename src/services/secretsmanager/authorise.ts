// What each operation of Secrets Manager needs permission for. The resource is the secret's ARN with its random end.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
import type { Authorise, Demand } from "../../gate/index.ts"
import { formatArn } from "../../kernel/index.ts"
import { arnFor, findSecret } from "./lookup.ts"

type Conditions = NonNullable<Demand["conditions"]>
interface WireTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

const requestTags = (tags: readonly WireTag[] | undefined): Conditions => {
  if (!tags || tags.length === 0) return {}
  const each = tags.map(({ Key = "", Value = "" }) => [`aws:RequestTag/${Key}`, Value] as const)
  return { ...Object.fromEntries(each), "aws:TagKeys": tags.map(({ Key = "" }) => Key) }
}

/** Condition keys that are members of the input by their names. */
const memberKeys = [
  "Description",
  "ForceDeleteWithoutRecovery",
  "KmsKeyId",
  "RecoveryWindowInDays",
  "RotationLambdaARN",
  "VersionId",
  "VersionStage",
  "BlockPublicPolicy",
  "Type",
] as const

const members = (input: object): Conditions =>
  Object.fromEntries(
    memberKeys.flatMap((name) => {
      const value = (input as Readonly<Record<string, unknown>>)[name]
      return value === undefined ? [] : [[`secretsmanager:${name}`, String(value)]]
    }),
  )

interface OnSecret {
  readonly SecretId: string | undefined
}

/** On the secret that the input names. */
export const onSecret =
  (action: string): Authorise<OnSecret> =>
  (cx, input) => {
    const id = input.SecretId ?? ""
    const arn = arnFor(cx, id)
    const secret = findSecret(cx.tx, cx.scope, id)
    return [
      {
        action: `secretsmanager:${action}`,
        resources: [arn],
        conditions: { ...members(input), "secretsmanager:SecretId": arn },
        about: () => ({ tags: secret?.tags }),
        policyOf: () => secret?.policy,
      },
    ]
  }

/** Reading without a stage or version reads AWSCURRENT, and policies may say so. */
export const onValue: Authorise<OnSecret & { VersionId?: string | undefined; VersionStage?: string | undefined }> = (
  cx,
  input,
) =>
  onSecret("GetSecretValue")(
    cx,
    input.VersionId === undefined && input.VersionStage === undefined
      ? { ...input, VersionStage: "AWSCURRENT" }
      : input,
  )

/** A secret that is made has no random end yet: AWS matches policies with its name alone. */
export const onNewSecret: Authorise<{ Name: string | undefined; Tags?: readonly WireTag[] | undefined }> = (
  cx,
  input,
) => {
  const name = input.Name ?? ""
  const conditions = { ...members(input), "secretsmanager:Name": name, ...requestTags(input.Tags) }
  const resources = [formatArn("secretsmanager", cx.scope, `secret:${name}`)]
  const create = { action: "secretsmanager:CreateSecret", resources, conditions }
  return input.Tags?.length ? [create, { ...create, action: "secretsmanager:TagResource" }] : [create]
}

export const onTags: Authorise<OnSecret & { Tags: readonly WireTag[] | undefined }> = (cx, input) =>
  onSecret("TagResource")(cx, input).map((demand) => ({
    ...demand,
    conditions: { ...demand.conditions, ...requestTags(input.Tags) },
  }))

export const onTagKeys: Authorise<OnSecret & { TagKeys: readonly string[] | undefined }> = (cx, input) =>
  onSecret("UntagResource")(cx, input).map((demand) => ({
    ...demand,
    conditions: { ...demand.conditions, "aws:TagKeys": input.TagKeys ?? [] },
  }))

/** Actions that have no resource are allowed on `*` or not at all. */
export const onEverything = (action: string) => (): readonly Demand[] => [
  { action: `secretsmanager:${action}`, resources: ["*"] },
]

/** On the secret when the input names one, else on all. */
export const onValidated: Authorise<{ SecretId?: string | undefined }> = (cx, input) =>
  input.SecretId === undefined
    ? onEverything("ValidateResourcePolicy")()
    : onSecret("ValidateResourcePolicy")(cx, { SecretId: input.SecretId })
