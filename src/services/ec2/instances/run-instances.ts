// RunInstances: reads the request, and makes the records of its instances. Their machines are made by controllers.
import type { Cx, Input, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { InstanceRow } from "../../../state/index.ts"
import { madeBefore, tokenOf } from "../idempotency.ts"
import { withTemplate } from "../launch-templates/merged.ts"
import { keyOf } from "../lookups.ts"
import { invalid, missingParameter } from "../refusals.ts"
import { type Tags, withTags } from "../tagging/tag-lists.ts"
import { readUserData } from "../user-data/index.ts"
import { describeReservation } from "./describe-instances.ts"
import { defaultInstanceType, type InstanceTypeFacts, instanceTypeFacts } from "./instance-types.ts"
import { attachInterface, type LaunchPlace, launchPlace } from "./launch-place.ts"
import { refuseLaunch } from "./launch-refusals.ts"
import { launchTags } from "./launch-tags.ts"
import { metadataOptions } from "./metadata-options.ts"
import { profileOf } from "./profiles.ts"

type RunInput = Input<"ec2", "RunInstances">

/** Quota of on-demand vCPUs would come first on AWS; this only keeps a slip of the hand from filling the machine. */
const mostAtOnce = 1000

const counts = ({ MinCount, MaxCount }: RunInput): number => {
  if (MinCount === undefined) throw missingParameter("MinCount")
  if (MaxCount === undefined) throw missingParameter("MaxCount")
  if (MinCount < 1 || MaxCount < 1) throw invalid("MinCount and MaxCount must be at least 1") // text from memory
  if (MinCount > MaxCount) throw invalid("MinCount must not be greater than MaxCount") // text from memory
  if (MinCount > mostAtOnce) {
    throw fault(
      "InstanceLimitExceeded",
      `You have requested more instances (${MinCount}) than your current instance limit of ${mostAtOnce} allows.`,
    )
  }
  return Math.min(MaxCount, mostAtOnce)
}

const imageOf = ({ ImageId }: RunInput): string => {
  if (!ImageId) throw missingParameter("ImageId")
  if (!/^ami-[0-9a-z]+$/.test(ImageId)) throw fault("InvalidAMIID.Malformed", `Invalid id: "${ImageId}"`)
  return ImageId
}

/** The facts of a type by name. Throws for one that is not here. */
export const typeCalled = (name: string): InstanceTypeFacts => {
  const facts = instanceTypeFacts(name)
  if (!facts) throw invalid(`Invalid value '${name}' for InstanceType.`)
  return facts
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const mostUserData = 16 * 1024

/** Checks user data as it came. */
export const checkUserData = (userData: string | undefined): string | undefined => {
  if (userData === undefined || userData === "") return undefined
  const text = userData.replace(/\s/g, "")
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 === 1) {
    throw invalid("Invalid BASE64 encoding of user data.")
  }
  if (Buffer.from(text, "base64").length > mostUserData) throw invalid("User data is limited to 16384 bytes")
  return text
}

interface Launch {
  readonly place: LaunchPlace
  readonly shared: Pick<
    InstanceRow,
    "reservationId" | "imageId" | "instanceType" | "vcpus" | "memoryMiB" | "architecture" | "agentSettings" | "boots"
  > &
    Partial<InstanceRow>
  readonly tags: { readonly instance: Tags; readonly networkInterface: Tags }
  readonly profile: RunInput["IamInstanceProfile"]
}

const launchOne = (cx: Cx, launchIndex: number, { place, shared, tags, profile }: Launch): InstanceRow => {
  const id = cx.ids.ec2("i")
  const instanceProfile = profileOf(cx, profile)
  const eni = attachInterface(cx, place, id, tags.networkInterface)
  return cx.tx.instances.insert({
    ...cx.scope,
    ...shared,
    ...(instanceProfile && { instanceProfile }),
    id,
    launchIndex,
    vpcId: eni.vpcId,
    subnetId: eni.subnetId,
    availabilityZone: eni.availabilityZone,
    privateIp: eni.privateIp,
    interfaceId: eni.id,
    launchedAt: cx.now,
    desired: "running",
    transitionReason: "",
    observed: { state: "none", at: cx.now },
    tags: withTags([], tags.instance),
  })
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html */
export const RunInstances: Op<"ec2", "RunInstances"> = (cx, given) => {
  const token = tokenOf(given)
  const known = madeBefore(cx.tx.instances, cx.scope, token)
  if (known) {
    return describeReservation(cx.tx, cx.tx.instances.by("reservation", keyOf(cx.scope, known.reservationId)))
  }
  const { request: input, template } = withTemplate(cx, given)
  refuseLaunch(input)
  const count = counts(input)
  const imageId = imageOf(input)
  const { name: instanceType, vcpus, memoryMiB, architecture } = typeCalled(input.InstanceType ?? defaultInstanceType)
  const userData = checkUserData(input.UserData)
  const read = readUserData(userData)
  const tags = launchTags(input.TagSpecifications, template)
  const profile = input.IamInstanceProfile
  const place = launchPlace(cx, input, count)
  if (read.notUnderstood.length > 0) {
    cx.log.warn("User data writes settings of the ECS agent in a way that is not understood; they have no effect.", {
      lines: read.notUnderstood,
    })
  }
  const shared: Launch["shared"] = {
    ...{ reservationId: cx.ids.ec2("r"), imageId, instanceType, vcpus, memoryMiB, architecture, boots: 1 },
    agentSettings: read.settings,
    ...(read.notUnderstood.length > 0 && { notUnderstood: read.notUnderstood }),
    ...(userData !== undefined && { userData }),
    ...(input.KeyName !== undefined && { keyName: input.KeyName }),
    ...(input.MetadataOptions && { metadataOptions: metadataOptions(input.MetadataOptions) }),
    ...(input.DisableApiTermination && { disableApiTermination: true }),
    ...(input.DisableApiStop && { disableApiStop: true }),
    ...(input.InstanceInitiatedShutdownBehavior && { shutdownBehavior: input.InstanceInitiatedShutdownBehavior }),
    ...(token && { token }),
  }
  const most = Math.min(count, place.room)
  const rows = Array.from({ length: most }, (_, i) => launchOne(cx, i, { place, shared, tags, profile }))
  return describeReservation(cx.tx, rows)
}
