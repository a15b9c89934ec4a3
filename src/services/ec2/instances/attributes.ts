// The attributes of instances, one a request: DescribeInstanceAttribute and ModifyInstanceAttribute.
import type { Cx, Input, Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { InstanceRow } from "../../../state/index.ts"
import { checkForm, found, keyOf, missing } from "../lookups.ts"
import { invalid, invalidValue, missingParameter, unsupported } from "../refusals.ts"
import { groupsOf } from "../security-groups/change-groups.ts"
import { interfaceOf } from "./describe-instances.ts"
import { checkUserData, typeCalled } from "./run-instances.ts"
import { stateName } from "./state.ts"

type Patch = Parameters<Cx["tx"]["instances"]["patch"]>[1]

const instanceOf = (cx: Pick<Cx, "scope"> & { readonly tx: Pick<Cx["tx"], "instances"> }, id: string | undefined) => {
  checkForm([id ?? ""], "i", "InvalidInstanceID.Malformed")
  return found(cx.tx.instances, cx.scope, id, missing.instance)
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceAttribute.html */
export const DescribeInstanceAttribute: ReadOp<"ec2", "DescribeInstanceAttribute"> = (cx, input) => {
  const row = found(cx.tx.instances, cx.scope, input.InstanceId, missing.instance)
  const InstanceId = row.id
  const own = interfaceOf(cx.tx, row)
  switch (input.Attribute) {
    case "instanceType":
      return { InstanceId, InstanceType: { Value: row.instanceType } }
    case "userData":
      return { InstanceId, UserData: row.userData === undefined ? {} : { Value: row.userData } }
    case "disableApiTermination":
      return { InstanceId, DisableApiTermination: { Value: row.disableApiTermination ?? false } }
    case "disableApiStop":
      return { InstanceId, DisableApiStop: { Value: row.disableApiStop ?? false } }
    case "instanceInitiatedShutdownBehavior":
      return { InstanceId, InstanceInitiatedShutdownBehavior: { Value: row.shutdownBehavior ?? "stop" } }
    case "groupSet":
      return { InstanceId, Groups: (own?.securityGroups ?? []).map((GroupId) => ({ GroupId })) }
    case "sourceDestCheck":
      return { InstanceId, SourceDestCheck: { Value: own?.sourceDestCheck ?? true } }
    case "ebsOptimized":
      return { InstanceId, EbsOptimized: { Value: false } }
    case "enaSupport":
      return { InstanceId, EnaSupport: { Value: true } }
    case "rootDeviceName":
      return { InstanceId, RootDeviceName: { Value: "/dev/xvda" } }
    case "blockDeviceMapping":
      return { InstanceId, BlockDeviceMappings: [] }
    case "productCodes":
      return { InstanceId, ProductCodes: [] }
    case "kernel":
      return { InstanceId, KernelId: {} }
    case "ramdisk":
      return { InstanceId, RamdiskId: {} }
    default:
      throw invalidValue(input.Attribute, "attribute", "Unknown attribute.")
  }
}

const mustBeStopped = (row: InstanceRow, attribute: string): void => {
  if (stateName(row) === "stopped") return
  throw fault(
    "IncorrectInstanceState",
    `The instance '${row.id}' is not in the 'stopped' state. Stop it before its ${attribute} is modified.`, // from memory
  )
}

const sizeOf = (name: string): Patch => {
  const { name: instanceType, vcpus, memoryMiB, architecture } = typeCalled(name)
  return { instanceType, vcpus, memoryMiB, architecture }
}

/** The form with `Attribute` and `Value` in the other form. */
const spelledOut = (input: Input<"ec2", "ModifyInstanceAttribute">): Input<"ec2", "ModifyInstanceAttribute"> => {
  const { Attribute, Value, ...rest } = input
  if (Attribute === undefined) return rest
  const isTrue = { Value: Value === "true" }
  switch (Attribute) {
    case "instanceType":
      return { ...rest, InstanceType: { Value } }
    case "userData":
      return { ...rest, UserData: { Value: Buffer.from(Value ?? "", "base64") } }
    case "disableApiTermination":
      return { ...rest, DisableApiTermination: isTrue }
    case "disableApiStop":
      return { ...rest, DisableApiStop: isTrue }
    case "instanceInitiatedShutdownBehavior":
      return { ...rest, InstanceInitiatedShutdownBehavior: { Value } }
    case "sourceDestCheck":
      return { ...rest, SourceDestCheck: isTrue }
    default:
      throw unsupported(`means for ${Attribute} of an instance`)
  }
}

const shutdownBehavior = (value: string | undefined): "stop" | "terminate" => {
  if (value === "stop" || value === "terminate") return value
  throw invalidValue(value, "instanceInitiatedShutdownBehavior", "It must be stop or terminate.") // text from memory
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html */
export const ModifyInstanceAttribute: Op<"ec2", "ModifyInstanceAttribute"> = (cx, input) => {
  const row = instanceOf(cx, input.InstanceId)
  const { InstanceId: _, DryRun: __, ...given } = spelledOut(input)
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  const [name] = names
  if (name === undefined) throw missingParameter("attribute")
  // text from memory
  if (names.length > 1) throw invalid("Only one attribute may be modified in a request.")
  const set = (patch: Patch) => void cx.tx.instances.patch(keyOf(cx.scope, row.id), patch)
  const own = () => {
    const eni = interfaceOf(cx.tx, row)
    if (!eni) throw fault("IncorrectInstanceState", `The instance '${row.id}' has no network interface any more.`) // from memory
    return eni
  }
  switch (name) {
    case "InstanceType":
      mustBeStopped(row, "instance type")
      set(sizeOf(given.InstanceType?.Value ?? ""))
      return {}
    case "UserData": {
      mustBeStopped(row, "user data")
      // cloud-init reads it at the first start alone: the agent's settings stay as they are.
      const value = given.UserData?.Value
      set({ userData: checkUserData(value && Buffer.from(value).toString("base64")) })
      return {}
    }
    case "DisableApiTermination":
      set({ disableApiTermination: given.DisableApiTermination?.Value ?? false })
      return {}
    case "DisableApiStop":
      set({ disableApiStop: given.DisableApiStop?.Value ?? false })
      return {}
    case "InstanceInitiatedShutdownBehavior":
      set({ shutdownBehavior: shutdownBehavior(given.InstanceInitiatedShutdownBehavior?.Value) })
      return {}
    case "Groups": {
      const eni = own()
      const securityGroups = groupsOf(cx, eni.vpcId, given.Groups)
      cx.tx.networkInterfaces.patch(keyOf(cx.scope, eni.id), { securityGroups })
      return {}
    }
    case "SourceDestCheck":
      cx.tx.networkInterfaces.patch(keyOf(cx.scope, own().id), {
        sourceDestCheck: given.SourceDestCheck?.Value ?? true,
      })
      return {}
    default:
      throw unsupported(`means for ${name} of an instance`)
  }
}
