// The public parameters of AWS that name machine images, which users of EC2 look up: an image is a name here. All others of
// `/aws/service` are not here.
import { type EcsImage, ecsImages } from "../../state/index.ts"

export interface PublicParameter {
  readonly name: string
  readonly value: string
  readonly dataType: "text" | "aws:ec2:image"
}

const ecs = "/aws/service/ecs/optimized-ami"
const linux = "/aws/service/ami-amazon-linux-latest"
const versionOf = (image: EcsImage) => /[0-9]{4}\.[0-9]+\.[0-9]{8}/.exec(image.name)?.[0] ?? ""

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html */
const recommended = (family: string, os: string, image: EcsImage): readonly PublicParameter[] => {
  const members = {
    image_id: image.id,
    image_name: image.name,
    image_version: versionOf(image),
    os,
    schema_version: 1,
  }
  const base = `${ecs}/${family}/recommended`
  return [
    { name: base, value: JSON.stringify(members), dataType: "text" },
    ...Object.entries(members).map(([member, value]) => ({
      name: `${base}/${member}`,
      value: String(value),
      dataType: "text" as const,
    })),
  ]
}

const all: readonly PublicParameter[] = ecsImages.flatMap((image) => {
  const isArm = image.architecture === "arm64"
  const latest = [`al2023-ami-kernel-default-${image.architecture}`, `amzn2-ami-hvm-${image.architecture}-gp2`]
  return [
    ...recommended(isArm ? "amazon-linux-2023/arm64" : "amazon-linux-2023", "Amazon Linux 2023", image),
    ...recommended(isArm ? "amazon-linux-2/arm64" : "amazon-linux-2", "Amazon Linux 2", image),
    ...latest.map((name) => ({ name: `${linux}/${name}`, value: image.id, dataType: "aws:ec2:image" as const })),
  ]
})

const byName = new Map(all.map((parameter) => [parameter.name, parameter]))

export const publicParameter = (name: string): PublicParameter | undefined => byName.get(name)

/** Those at or below a path without a slash at its end. */
export const publicBelow = (path: string): readonly PublicParameter[] =>
  all.filter(({ name }) => name.startsWith(`${path}/`))

/** When AWS's own changed last is not known here. */
export const publishedAt = Date.UTC(2024, 0, 1)
