// What RunInstances needs permission for: everything that it makes and uses, each a resource of its own, and the role of the
// profile that it hands to the instances. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
import { type Demand, type Input, passRole, type ReadCx } from "../../../gate/index.ts"
import { Fault, formatGlobalArn } from "../../../kernel/index.ts"
import { iamKey } from "../../../state/index.ts"
import { withTemplate } from "../launch-templates/merged.ts"
import { defaultInstanceType } from "./instance-types.ts"

type RunInput = Input<"ec2", "RunInstances">

/** With what the launch template adds; a template that cannot be read is the handler's to refuse. */
export const filledUp = (cx: ReadCx, input: RunInput): RunInput => {
  try {
    return withTemplate(cx, input).request
  } catch (thrown) {
    if (thrown instanceof Fault) return input
    throw thrown
  }
}

/** Resources, without the parts of their ARNs that come before them. */
export const launchResources = (input: RunInput, cx: ReadCx): readonly string[] => {
  const request = filledUp(cx, input)
  const interfaces = request.NetworkInterfaces ?? []
  const groups = [...(request.SecurityGroupIds ?? []), ...interfaces.flatMap(({ Groups }) => Groups ?? [])]
  const subnets = [request.SubnetId, ...interfaces.map(({ SubnetId }) => SubnetId)].filter((id) => id !== undefined)
  const attached = interfaces.flatMap(({ NetworkInterfaceId }) => NetworkInterfaceId ?? [])
  const template = input.LaunchTemplate
  return [
    "instance/*",
    ...(attached.length > 0 ? attached : ["*"]).map((id) => `network-interface/${id}`),
    "volume/*",
    `image/${request.ImageId ?? "*"}`,
    ...(subnets.length > 0 ? subnets : ["*"]).map((id) => `subnet/${id}`),
    ...(groups.length > 0 ? groups : ["*"]).map((id) => `security-group/${id}`),
    ...(request.KeyName === undefined ? [] : [`key-pair/${request.KeyName}`]),
    ...(template ? [`launch-template/${template.LaunchTemplateId ?? "*"}`] : []),
  ]
}

const profileOf = (cx: ReadCx, { IamInstanceProfile }: RunInput): string | undefined => {
  const { Arn, Name } = IamInstanceProfile ?? {}
  if (Arn !== undefined) return Arn
  if (Name === undefined) return undefined
  const row = cx.tx.iamInstanceProfiles.get(iamKey(cx.scope.account, Name))
  return row?.arn ?? formatGlobalArn("iam", cx.scope.account, `instance-profile/${Name}`)
}

/** Conditions of the instances that are to be made. The other resources have none of them: AWS says so in an example. */
export const launchConditions = (cx: ReadCx, input: RunInput, arn: string) => {
  if (!arn.includes(":instance/")) return {}
  const request = filledUp(cx, input)
  const metadata = request.MetadataOptions
  return {
    "ec2:InstanceType": request.InstanceType ?? defaultInstanceType,
    "ec2:InstanceProfile": profileOf(cx, request),
    "ec2:AvailabilityZone": request.Placement?.AvailabilityZone,
    "ec2:Tenancy": request.Placement?.Tenancy ?? "default",
    "ec2:MetadataHttpTokens": metadata?.HttpTokens,
    "ec2:MetadataHttpEndpoint": metadata?.HttpEndpoint,
    "ec2:MetadataHttpPutResponseHopLimit": metadata?.HttpPutResponseHopLimit?.toString(),
    "ec2:IsLaunchTemplateResource": String(input.LaunchTemplate !== undefined),
  }
}

/** The role of the profile: the caller hands it to EC2. */
export const launchRoles = (cx: ReadCx, input: RunInput): readonly Demand[] => {
  const arn = profileOf(cx, filledUp(cx, input))
  const profile = arn === undefined ? undefined : cx.tx.iamInstanceProfiles.first("arn", arn)
  const role = profile?.role === undefined ? undefined : cx.tx.iamRoles.get(profile.role)
  return role ? [passRole(cx, role.arn, "ec2.amazonaws.com")] : []
}
