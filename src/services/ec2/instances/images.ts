// DescribeImages. An image is a name here: any `ami-…` can be launched and all are alike. What can be looked for is one
// image for each architecture that stands for an ECS-optimized one; its id is the same everywhere.
import type { ArchitectureValues, Image } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { type EcsImage, ecsImages } from "../../../state/index.ts"
import { applyFilters, type FilterTable, nothing } from "../filters.ts"
import { pageOf } from "../pages.ts"

interface ImageFacts extends EcsImage {
  readonly tags: readonly []
}

export const images: readonly ImageFacts[] = ecsImages.map((image) => ({ ...image, tags: [] }))

/** Amazon's account for ECS-optimized images: [field] of many `describe-images --owners`. */
const owner = "591542846629"
const created = "2024-01-01T00:00:00.000Z"

const filters: FilterTable<ImageFacts> = {
  "tag-key": nothing,
  architecture: (i) => [i.architecture],
  "creation-date": () => [created],
  description: () => [description],
  "ena-support": () => ["true"],
  hypervisor: () => ["xen"],
  "image-id": (i) => [i.id],
  "image-type": () => ["machine"],
  "is-public": () => ["true"],
  name: (i) => [i.name],
  "owner-alias": () => ["amazon"],
  "owner-id": () => [owner],
  platform: nothing,
  "root-device-name": () => ["/dev/xvda"],
  "root-device-type": () => ["ebs"],
  state: () => ["available"],
  "virtualization-type": () => ["hvm"],
}

const description = "Roadstead: a name for instances with an engine and an ECS agent"

const describe = ({ id, name, architecture }: ImageFacts): Image => ({
  ImageId: id,
  Name: name,
  Description: description,
  Architecture: architecture as ArchitectureValues,
  CreationDate: created,
  BlockDeviceMappings: [],
  EnaSupport: true,
  Hypervisor: "xen",
  ImageLocation: `amazon/${name}`,
  ImageOwnerAlias: "amazon",
  ImageType: "machine",
  OwnerId: owner,
  PlatformDetails: "Linux/UNIX",
  Public: true,
  RootDeviceName: "/dev/xvda",
  RootDeviceType: "ebs",
  State: "available",
  UsageOperation: "RunInstances",
  VirtualizationType: "hvm",
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html */
export const DescribeImages: ReadOp<"ec2", "DescribeImages"> = (_cx, input) => {
  const ids = input.ImageIds ?? []
  const unknown = ids.filter((id) => !images.some((image) => image.id === id))
  for (const id of unknown) {
    if (!/^ami-[0-9a-z]+$/.test(id)) throw fault("InvalidAMIID.Malformed", `Invalid id: "${id}"`)
    throw fault("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`)
  }
  const isOwned = (input.Owners ?? []).length === 0 || input.Owners?.some((who) => who === "amazon" || who === owner)
  const rows = images.filter((image) => isOwned && (ids.length === 0 || ids.includes(image.id)))
  const page = pageOf(applyFilters(rows, input.Filters, filters), (i) => i.id, input)
  return { Images: page.rows.map(describe), NextToken: page.NextToken }
}
