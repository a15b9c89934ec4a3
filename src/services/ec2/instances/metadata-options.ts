// Who may ask an instance's metadata, and how: MetadataOptions of a launch, and ModifyInstanceMetadataOptions.
import type { InstanceMetadataOptionsRequest, InstanceMetadataOptionsResponse } from "@aws-sdk/client-ec2"
import type { Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { InstanceMetadataOptions } from "../../../protocol/index.ts"
import { defaultMetadataOptions, type InstanceRow } from "../../../state/index.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { invalidValue, missingParameter, unsupported } from "../refusals.ts"
import { stateName } from "./state.ts"

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html */
const mostHops = 64

const oneOf = <T extends string>(name: string, value: string | undefined, values: readonly T[], before: T): T => {
  if (value === undefined) return before
  const known = values.find((one) => one === value)
  if (known === undefined) throw invalidValue(value, name, `It must be ${values.join(" or ")}.`) // text from memory
  return known
}

const onOrOff = ["enabled", "disabled"] as const

/** What a request says, over what stood before. */
export const metadataOptions = (
  asked: InstanceMetadataOptionsRequest | undefined,
  before: InstanceMetadataOptions = defaultMetadataOptions,
): InstanceMetadataOptions => {
  if (asked?.HttpProtocolIpv6 === "enabled") throw unsupported("IPv6 (HttpProtocolIpv6)")
  const hopLimit = asked?.HttpPutResponseHopLimit ?? before.hopLimit
  if (hopLimit < 1 || hopLimit > mostHops) {
    throw invalidValue(hopLimit, "HttpPutResponseHopLimit", `It must be between 1 and ${mostHops}.`) // text from memory
  }
  return {
    endpoint: oneOf("HttpEndpoint", asked?.HttpEndpoint, onOrOff, before.endpoint),
    tokens: oneOf("HttpTokens", asked?.HttpTokens, ["optional", "required"], before.tokens),
    hopLimit,
    tags: oneOf("InstanceMetadataTags", asked?.InstanceMetadataTags, onOrOff, before.tags),
  }
}

/** As DescribeInstances shows them. */
export const describeMetadataOptions = (
  { metadataOptions: options = defaultMetadataOptions }: InstanceRow,
  state: "applied" | "pending" = "applied",
): InstanceMetadataOptionsResponse => ({
  State: state,
  HttpTokens: options.tokens,
  HttpPutResponseHopLimit: options.hopLimit,
  HttpEndpoint: options.endpoint,
  HttpProtocolIpv6: "disabled",
  InstanceMetadataTags: options.tags,
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html */
export const ModifyInstanceMetadataOptions: Op<"ec2", "ModifyInstanceMetadataOptions"> = (cx, input) => {
  if (!input.InstanceId) throw missingParameter("InstanceId")
  const row = found(cx.tx.instances, cx.scope, input.InstanceId, missing.instance)
  const state = stateName(row)
  if (state === "shutting-down" || state === "terminated") {
    throw fault("IncorrectInstanceState", `The instance '${row.id}' is not in a valid state for this operation.`) // from memory
  }
  const now = cx.tx.instances.patch(keyOf(cx.scope, row.id), {
    metadataOptions: metadataOptions(input, row.metadataOptions),
  })
  return { InstanceId: row.id, InstanceMetadataOptions: describeMetadataOptions(now, "pending") }
}
