// What a session is begun with: policies that narrow it and tags that it carries, checked and measured.
import { deflateRawSync } from "node:zlib"
import type { ReadCx } from "../../gate/index.ts"
import { type CallerSession, fault } from "../../kernel/index.ts"
import { parsePolicy } from "../../policy/index.ts"
import { type IamTag, managedPolicyDocument, type SessionLimits } from "../../state/index.ts"

interface Asked {
  readonly Policy?: string | undefined
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined
  readonly Tags?: readonly { readonly Key: string | undefined; readonly Value: string | undefined }[] | undefined
  readonly TransitiveTagKeys?: readonly string[] | undefined
}

/** The limits of a new session, and how much of their room they take, in percent; undefined when there are none. */
export interface NewLimits {
  readonly limits: SessionLimits
  readonly packed: number | undefined
}

/** Characters of inline and managed session policies together, before they are packed. */
const plainText = 2048
const mostArns = 10
/** Bytes of packed policies and of packed tags. AWS's own measure is not published; this one is ours. */
const packedRoom = 1024

/**
 * Reads the limits of a request. `inherited` are the tags of the calling session that go on to this one. Throws in STS's
 * words for what is wrong with any of it.
 */
export const newLimits = (
  { tx }: Pick<ReadCx, "tx">,
  account: string,
  asked: Asked,
  inherited: readonly IamTag[] = [],
): NewLimits => {
  const { Policy: policy } = asked
  if (policy !== undefined) {
    const parsed = parsePolicy(policy)
    if (!parsed.ok) throw fault("MalformedPolicyDocument", parsed.message)
  }
  const policyArns = (asked.PolicyArns ?? []).map(({ arn = "" }) => arn)
  if (policyArns.length > mostArns)
    throw fault(
      "ValidationError",
      `1 validation error detected: Value '${policyArns.join(", ")}' at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${mostArns}`,
    )
  for (const arn of policyArns) {
    const own = arn.startsWith("arn:aws:iam::aws:") || arn.startsWith(`arn:aws:iam::${account}:`)
    // text from memory
    if (!own || managedPolicyDocument(tx, arn) === undefined)
      throw fault("InvalidParameterValue", `Policy ${arn} does not exist or is not attachable.`)
  }
  const tags = newTags(asked, inherited)
  const transitive = [...(asked.TransitiveTagKeys ?? []), ...inherited.map(({ key }) => key)]
  const packedPolicies = packedSize([policy ?? "", ...policyArns].join(""))
  const packedTags = packedSize(tags.map(({ key, value }) => `${key}=${value}`).join(""))
  if ((policy?.length ?? 0) + policyArns.join("").length > plainText || packedPolicies > 100) {
    const percent = Math.max(packedPolicies, 101)
    throw fault(
      "PackedPolicyTooLarge",
      `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
    )
  }
  if (packedTags > 100)
    throw fault("PackedPolicyTooLarge", `Packed size of session tags consumes ${packedTags}% of allotted space.`)
  return {
    limits: {
      ...(policy !== undefined && { policy }),
      ...(policyArns.length > 0 && { policyArns }),
      ...(tags.length > 0 && { tags }),
      ...(transitive.length > 0 && { transitiveTagKeys: transitive }),
    },
    packed: packedPolicies + packedTags > 0 ? Math.max(packedPolicies, packedTags) : undefined,
  }
}

/** The tags of a calling session that go on to every session that it begins. */
export const transitiveTags = (session: CallerSession | undefined): readonly IamTag[] => {
  const keys = new Set((session?.transitiveTagKeys ?? []).map((key) => key.toLowerCase()))
  return (session?.tags ?? []).filter(({ key }) => keys.has(key.toLowerCase()))
}

const newTags = ({ Tags = [], TransitiveTagKeys = [] }: Asked, inherited: readonly IamTag[]): readonly IamTag[] => {
  const tags = Tags.map(({ Key = "", Value = "" }) => ({ key: Key, value: Value }))
  const keys = new Set(tags.map(({ key }) => key.toLowerCase()))
  const invalid = (message: string) => fault("InvalidParameterValue", message)
  if (keys.size < tags.length)
    throw invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
  if (inherited.some(({ key }) => keys.has(key.toLowerCase())))
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    )
  if (TransitiveTagKeys.some((key) => !keys.has(key.toLowerCase())))
    throw invalid("The specified transitive tag key must be included in the requested tags.")
  return [...tags, ...inherited]
}

const packedSize = (text: string): number =>
  text === "" ? 0 : Math.ceil((deflateRawSync(text).length * 100) / packedRoom)
