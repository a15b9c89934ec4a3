// What policies can ask of a resource of EC2 that exists: its tags, and the conditions of its kind.
import type { AboutResource, Conditions, ReadCx } from "../../gate/index.ts"
import { formatArn, parseArn } from "../../kernel/index.ts"
import { keyOf } from "./lookups.ts"
import { taggedRow } from "./tagging/taggable.ts"

/** The tags and conditions of what an ARN names (`…:instance/i-…`); nothing for what is to be made (`…:instance/*`). */
export const aboutResource = (cx: ReadCx, arn: string): AboutResource => {
  const [kind = "", id = ""] = parseArn(arn)?.resource.split("/") ?? []
  const tags = taggedRow(cx, id)?.tags
  return { ...(tags && { tags }), conditions: conditionsOf(cx, kind, id) }
}

const conditionsOf = (cx: ReadCx, kind: string, id: string): Conditions => {
  const { tx, scope } = cx
  const key = keyOf(scope, id)
  const vpcOf = (vpcId: string | undefined) => vpcId && formatArn("ec2", scope, `vpc/${vpcId}`)
  switch (kind) {
    case "instance": {
      const row = tx.instances.get(key)
      return {
        "ec2:InstanceID": row?.id,
        "ec2:InstanceType": row?.instanceType,
        "ec2:AvailabilityZone": row?.availabilityZone,
        "ec2:InstanceProfile": row?.instanceProfile?.arn,
      }
    }
    case "subnet": {
      const row = tx.subnets.get(key)
      return { "ec2:SubnetID": row?.id, "ec2:Vpc": vpcOf(row?.vpcId), "ec2:AvailabilityZone": row?.availabilityZone }
    }
    case "security-group":
      return { "ec2:Vpc": vpcOf(tx.securityGroups.get(key)?.vpcId) }
    case "network-interface": {
      const row = tx.networkInterfaces.get(key)
      const subnet = row && formatArn("ec2", scope, `subnet/${row.subnetId}`)
      return { "ec2:Subnet": subnet, "ec2:Vpc": vpcOf(row?.vpcId), "ec2:AvailabilityZone": row?.availabilityZone }
    }
    default:
      return {}
  }
}
