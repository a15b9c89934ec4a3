// What an account has in a region: DescribeAccountAttributes.
import type { ReadOp } from "../../../gate/index.ts"
import { scopeKey } from "../../../kernel/index.ts"
import type { View } from "../../../state/index.ts"
import { invalidValue } from "../refusals.ts"

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAccountAttributes.html */
const attributes: Readonly<Record<string, (view: View, scope: string) => string>> = {
  "supported-platforms": () => "VPC",
  "default-vpc": (view, scope) => view.vpcs.by("scope", scope).find((vpc) => vpc.isDefault)?.id ?? "none",
  "vpc-max-security-groups-per-interface": () => "5",
  // There are none of EC2's instances or classic addresses to be limited.
  "max-instances": () => "0",
  "max-elastic-ips": () => "0",
  "vpc-max-elastic-ips": () => "762",
}

export const DescribeAccountAttributes: ReadOp<"ec2", "DescribeAccountAttributes"> = (cx, input) => {
  const asked: readonly string[] = input.AttributeNames ?? []
  const unknown = asked.find((name) => !Object.hasOwn(attributes, name))
  if (unknown !== undefined) throw invalidValue(unknown, "attributeName", "Unknown attribute.") // text from memory
  return {
    AccountAttributes: Object.entries(attributes)
      .filter(([name]) => asked.length === 0 || asked.includes(name))
      .map(([AttributeName, value]) => ({
        AttributeName,
        AttributeValues: [{ AttributeValue: value(cx.tx, scopeKey(cx.scope)) }],
      })),
  }
}
