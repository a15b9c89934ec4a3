// Security groups that come and go: CreateSecurityGroup, DeleteSecurityGroup. What they let through is in rules.ts.
import type { Cx, Op } from "../../../gate/index.ts"
import { fault, formatArn, scopeKey } from "../../../kernel/index.ts"
import { defaultVpcId, type SecurityGroupRow } from "../../../state/index.ts"
import { checkForm, found, keyOf, missing, notFound, tagSet } from "../lookups.ts"
import { invalid, missingParameter } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"

/** AWS's quota per region: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const mostGroups = 2500
const longest = 255
const allowed = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/
/** The set as EC2 writes it in its errors. */
const allowedSet = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"

const checkName = (name: string): void => {
  if (name.trim() === "default") throw invalid("Cannot use reserved security group name: default")
  if (name.startsWith("sg-")) throw invalid("Group names may not be in the format sg-*")
  if (name.length > longest || !allowed.test(name)) {
    const why = `Valid names are strings less than ${longest + 1} characters from the following set: ${allowedSet}`
    throw invalid(`Invalid security group name. ${why}`) // text from memory
  }
}

/** What a description of a group or rule may hold. */
export const checkDescription = (of: "security group" | "rule", description: string): void => {
  if (description.length <= longest && allowed.test(description)) return
  const why = `Valid descriptions are strings less than ${longest + 1} characters from the following set: ${allowedSet}`
  throw invalid(`Invalid ${of} description. ${why}`)
}

/** The group that a request names by id, or by name in the default VPC. */
export const groupCalled = (
  cx: Cx,
  { GroupId, GroupName }: { readonly GroupId?: string | undefined; readonly GroupName?: string | undefined },
): SecurityGroupRow => {
  if (GroupId !== undefined) {
    checkForm([GroupId], "sg", "InvalidGroupId.Malformed")
    return found(cx.tx.securityGroups, cx.scope, GroupId, missing.securityGroup)
  }
  if (GroupName === undefined) throw missingParameter("groupName or groupId")
  const group = cx.tx.securityGroups
    .by("vpc", keyOf(cx.scope, defaultVpcId(cx.scope)))
    .find(({ name }) => name === GroupName)
  if (!group) throw notFound(missing.securityGroup, GroupName)
  return group
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
export const CreateSecurityGroup: Op<"ec2", "CreateSecurityGroup"> = (cx, input) => {
  const { GroupName: name = "", Description: description = "" } = input
  if (name === "") throw missingParameter("GroupName")
  if (description === "") throw missingParameter("GroupDescription")
  checkName(name)
  checkDescription("security group", description)
  const vpcId = input.VpcId ?? defaultVpcId(cx.scope)
  if (input.VpcId === undefined && !cx.tx.vpcs.has(keyOf(cx.scope, vpcId))) {
    throw fault("VPCIdNotSpecified", "No default VPC for this user")
  }
  const vpc = found(cx.tx.vpcs, cx.scope, vpcId, missing.vpc)
  const tags = specifiedTags(input.TagSpecifications, "security-group")
  if (cx.tx.securityGroups.by("vpc", keyOf(cx.scope, vpc.id)).some((group) => group.name === name)) {
    throw fault("InvalidGroup.Duplicate", `The security group '${name}' already exists for VPC '${vpc.id}'`)
  }
  if (cx.tx.securityGroups.count("scope", scopeKey(cx.scope)) >= mostGroups) {
    throw fault("SecurityGroupLimitExceeded", "The maximum number of security groups has been reached.")
  }
  const id = cx.ids.ec2("sg")
  const group = cx.tx.securityGroups.insert({
    ...cx.scope,
    tags,
    id,
    arn: formatArn("ec2", cx.scope, `security-group/${id}`),
    name,
    description,
    vpcId: vpc.id,
    // What AWS lets out of a new group: everything.
    rules: [{ id: cx.ids.ec2("sgr"), egress: true, protocol: "-1", cidrIpv4: "0.0.0.0/0", tags: [] }],
  })
  return { GroupId: id, SecurityGroupArn: group.arn, Tags: tagSet(tags) }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html */
export const DeleteSecurityGroup: Op<"ec2", "DeleteSecurityGroup"> = (cx, input) => {
  const group = groupCalled(cx, input)
  if (group.name === "default") {
    const which = `the specified group: "${group.id}" name: "default"`
    throw fault("CannotDelete", `${which} cannot be deleted by a user`)
  }
  const key = keyOf(cx.scope, group.id)
  const named = cx.tx.securityGroups.by("references", key).some((other) => other.id !== group.id)
  if (named || cx.tx.networkInterfaces.count("securityGroup", key) > 0) {
    throw fault("DependencyViolation", `resource ${group.id} has a dependent object`)
  }
  cx.tx.securityGroups.delete(key)
  return { Return: true, GroupId: group.id }
}

/** The groups of an interface: each there and in its VPC, not too many; the VPC's default group when none is named. */
export const groupsOf = (cx: Cx, vpcId: string, asked: readonly string[] | undefined): readonly string[] => {
  const ids = [...new Set(asked ?? [])]
  const inVpc = cx.tx.securityGroups.by("vpc", keyOf(cx.scope, vpcId))
  if (ids.length === 0) return inVpc.filter((group) => group.name === "default").map((group) => group.id)
  for (const id of ids) {
    found(cx.tx.securityGroups, cx.scope, id, missing.securityGroup)
    if (inVpc.some((group) => group.id === id)) continue
    throw fault("InvalidGroup.NotFound", `The security group '${id}' does not exist in VPC '${vpcId}'`)
  }
  if (ids.length > mostPerInterface) {
    throw fault(
      "SecurityGroupsPerInterfaceLimitExceeded",
      "The maximum number of security groups per interface has been reached.",
    )
  }
  return ids
}

const mostPerInterface = 5
