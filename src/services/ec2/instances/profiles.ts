// The instance profiles of instances: named at the launch or associated later. Whose role it is and what the instance gets of
// it is pursued by controllers/instance-role.
import type { IamInstanceProfile, IamInstanceProfileAssociation } from "@aws-sdk/client-ec2"
import type { Cx, Op, ReadCx, ReadOp } from "../../../gate/index.ts"
import { fault, formatGlobalArn } from "../../../kernel/index.ts"
import { type IamInstanceProfileRow, type InstanceRow, iamKey } from "../../../state/index.ts"
import { applyFilters } from "../filters.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { invalidValue, missingParameter } from "../refusals.ts"
import { stateName } from "./state.ts"

type Profile = NonNullable<InstanceRow["instanceProfile"]>

/** The ARN of the profile that a request names, whether or not it exists. */
const profileArn = (
  account: string,
  { Arn, Name }: { readonly Arn?: string | undefined; readonly Name?: string | undefined },
): string | undefined =>
  Arn ?? (Name === undefined ? undefined : formatGlobalArn("iam", account, `instance-profile/${Name}`))

/** The profile of IAM that a request names. */
const profileNamed = (
  { tx, scope }: Pick<ReadCx, "tx" | "scope">,
  { Arn, Name }: { readonly Arn?: string | undefined; readonly Name?: string | undefined },
): IamInstanceProfileRow | undefined => {
  const row = Arn !== undefined ? tx.iamInstanceProfiles.first("arn", Arn) : undefined
  return row ?? (Name === undefined ? undefined : tx.iamInstanceProfiles.get(iamKey(scope.account, Name)))
}

/** The profile of an instance as its record keeps it. Undefined when the request names none. */
export const profileOf = (
  cx: Cx,
  { Arn, Name }: { readonly Arn?: string | undefined; readonly Name?: string | undefined } = {},
): Profile | undefined => {
  if (Arn !== undefined && Name !== undefined) {
    throw fault(
      "InvalidParameterCombination",
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    )
  }
  const arn = profileArn(cx.scope.account, { Arn, Name })
  if (arn === undefined) return undefined
  const associated = { associationId: cx.ids.ec2("iip-assoc"), associatedAt: cx.now }
  const row = profileNamed(cx, { Arn, Name })
  if (row?.account === cx.scope.account) return { arn: row.arn, id: row.id, ...associated }
  if (cx.tx.iamInstanceProfiles.count("account", cx.scope.account) > 0) {
    throw Name === undefined
      ? invalidValue(Arn, "iamInstanceProfile.arn", "Invalid IAM Instance Profile ARN")
      : invalidValue(Name, "iamInstanceProfile.name", "Invalid IAM Instance Profile name")
  }
  // An account that does not use IAM names profiles of its account on AWS: docs/decisions/0019.
  cx.log.warn("An instance profile does not exist here, and gives its instance nothing.", { profile: arn })
  return { arn, id: `AIPA${cx.ids.hex(17).toUpperCase()}`, ...associated, unknown: true }
}

const describe = (row: InstanceRow, state: "associating" | "associated" | "disassociating") => {
  const { instanceProfile: profile } = row
  return {
    AssociationId: profile?.associationId,
    InstanceId: row.id,
    IamInstanceProfile: { Arn: profile?.arn, Id: profile?.id } satisfies IamInstanceProfile,
    State: state,
    ...(profile?.associatedAt !== undefined && { Timestamp: new Date(profile.associatedAt) }),
  } satisfies IamInstanceProfileAssociation
}

const associations = (cx: ReadCx): InstanceRow[] =>
  cx.tx.instances
    .by("scope", keyOf(cx.scope, "").slice(0, -1))
    .filter((row) => row.instanceProfile?.associationId !== undefined && stateName(row) !== "terminated")

const associationCalled = (cx: ReadCx, id: string | undefined): InstanceRow => {
  if (id === undefined) throw missingParameter("AssociationId")
  const row = associations(cx).find((one) => one.instanceProfile?.associationId === id)
  // text from memory
  if (!row) throw fault("NoSuchAssociation", `An invalid association-id of '${id}' was given`)
  return row
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateIamInstanceProfile.html */
export const AssociateIamInstanceProfile: Op<"ec2", "AssociateIamInstanceProfile"> = (cx, input) => {
  const row = found(cx.tx.instances, cx.scope, input.InstanceId, missing.instance)
  const state = stateName(row)
  if (state === "shutting-down" || state === "terminated") {
    throw fault("IncorrectInstanceState", `The instance '${row.id}' is not in a valid state for this operation.`) // from memory
  }
  if (row.instanceProfile) {
    throw fault("IncorrectState", `There is an existing association for instance ${row.id}`) // text from memory
  }
  const instanceProfile = profileOf(cx, input.IamInstanceProfile)
  if (!instanceProfile) throw missingParameter("IamInstanceProfile")
  const now = cx.tx.instances.patch(keyOf(cx.scope, row.id), { instanceProfile })
  return { IamInstanceProfileAssociation: describe(now, "associating") }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceIamInstanceProfileAssociation.html */
export const ReplaceIamInstanceProfileAssociation: Op<"ec2", "ReplaceIamInstanceProfileAssociation"> = (cx, input) => {
  const row = associationCalled(cx, input.AssociationId)
  const instanceProfile = profileOf(cx, input.IamInstanceProfile)
  if (!instanceProfile) throw missingParameter("IamInstanceProfile")
  const now = cx.tx.instances.patch(keyOf(cx.scope, row.id), { instanceProfile })
  return { IamInstanceProfileAssociation: describe(now, "associating") }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateIamInstanceProfile.html */
export const DisassociateIamInstanceProfile: Op<"ec2", "DisassociateIamInstanceProfile"> = (cx, input) => {
  const row = associationCalled(cx, input.AssociationId)
  cx.tx.instances.patch(keyOf(cx.scope, row.id), { instanceProfile: undefined })
  return { IamInstanceProfileAssociation: describe(row, "disassociating") }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeIamInstanceProfileAssociations.html */
export const DescribeIamInstanceProfileAssociations: ReadOp<"ec2", "DescribeIamInstanceProfileAssociations"> = (
  cx,
  input,
) => {
  const rows = input.AssociationIds?.length
    ? input.AssociationIds.map((id) => associationCalled(cx, id))
    : associations(cx)
  const filtered = applyFilters(rows, input.Filters, {
    "instance-id": (row) => [row.id],
    state: () => ["associated"],
  })
  const page = pageOf(filtered, (row) => row.id, input)
  return {
    IamInstanceProfileAssociations: page.rows.map((row) => describe(row, "associated")),
    NextToken: page.NextToken,
  }
}
