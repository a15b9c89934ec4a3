// PutParameter.
import type { Cx, Input, Op, ReadCx } from "../../gate/index.ts"
import { compileRegexp, fault, RegexpError } from "../../kernel/index.ts"
import {
  type ParameterRow,
  type ParameterVersionRow,
  parameterKey,
  parameterVersionIdentity,
  parameterVersionKey,
} from "../../state/index.ts"
import { broken, checkLength, invalid, newName, oneOf } from "./checks.ts"
import { arnOf } from "./names.ts"
import { policiesOf } from "./policies.ts"
import type { ParametersPorts } from "./ports.ts"
import { checkTags } from "./tags.ts"

/** AWS: 100 versions; then the oldest goes, unless it has a label. */
const mostVersions = 100
const standardBytes = 4096
const advancedBytes = 8192
const dataTypes = ["text", "aws:ec2:image", "aws:ssm:integration"]
export const defaultKey = "alias/aws/ssm"

type PutInput = Input<"ssm", "PutParameter">

export const newest = (cx: ReadCx, parameter: ParameterRow): ParameterVersionRow => {
  const version = cx.tx.parameterVersions.get(parameterVersionKey(parameter))
  if (!version) throw new Error(`The newest version of ${parameter.arn} is missing`)
  return version
}

const checkPattern = (pattern: string, value: string): void => {
  checkLength("allowedPattern", pattern, 0, 1024)
  if (pattern === "") return
  let matches: boolean | undefined
  try {
    matches = compileRegexp(pattern).test(value)
  } catch (thrown) {
    if (!(thrown instanceof RegexpError)) throw thrown
    throw fault("InvalidAllowedPatternException", "The request doesn't meet the regular expression requirement.")
  }
  // The value is not repeated; text from memory.
  if (!matches) {
    throw fault(
      "ParameterPatternMismatchException",
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    )
  }
}

const tierOf = (asked: string | undefined, before: "Standard" | "Advanced" | undefined, isBig: boolean) => {
  const tier = oneOf("tier", asked, ["Standard", "Advanced", "Intelligent-Tiering"])
  if (tier === "Standard" && before === "Advanced") {
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    )
  }
  if (tier === "Advanced" || before === "Advanced") return "Advanced"
  return tier === "Intelligent-Tiering" && isBig ? "Advanced" : "Standard"
}

const checkValue = (value: string, tier: "Standard" | "Advanced"): void => {
  const bytes = Buffer.byteLength(value)
  if (tier === "Standard" && bytes > standardBytes) {
    throw invalid(
      `Standard tier parameters support a maximum parameter value of ${standardBytes} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
    )
  }
  if (bytes > advancedBytes) {
    // Text from memory.
    throw invalid(`Advanced tier parameters support a maximum parameter value of ${advancedBytes} characters.`)
  }
}

const typeOf = (input: PutInput, before: ParameterVersionRow | undefined): ParameterVersionRow["type"] => {
  const type = oneOf("type", input.Type, ["SecureString", "StringList", "String"])
  if (!type && !before) throw invalid("A parameter type is required when you create a parameter.")
  if (type && before && type !== before.type) {
    throw fault(
      "HierarchyTypeMismatchException",
      "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
    )
  }
  return type ?? before?.type ?? "String"
}

const dataTypeOf = (input: PutInput, before: ParameterVersionRow | undefined): string => {
  const dataType = input.DataType ?? before?.dataType ?? "text"
  if (!dataTypes.includes(dataType)) {
    throw invalid(`The following data type is not supported: ${dataType} (Data type names are all lowercase.)`)
  }
  return dataType
}

/** Makes room for one more version. */
const dropOldest = (cx: Cx, parameter: ParameterRow): void => {
  const versions = cx.tx.parameterVersions.by("parameter", parameterKey(parameter))
  const [oldest] = versions
  if (!oldest || versions.length < mostVersions) return
  if (oldest.labels.length > 0) {
    throw fault(
      "ParameterMaxVersionLimitExceeded",
      `You attempted to create a new version of ${parameter.name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    )
  }
  cx.tx.parameterVersions.delete(parameterVersionKey(oldest))
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export const putParameter =
  ({ vault }: ParametersPorts): Op<"ssm", "PutParameter"> =>
  (cx, input) => {
    const { Value: value = "", Overwrite: overwrite = false } = input
    if (value === "") throw broken("value", "", "Member must have length greater than or equal to 1.")
    if (overwrite && input.Tags?.length) {
      throw invalid(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
      )
    }
    const name = newName(input.Name)
    checkLength("description", input.Description ?? "", 0, 1024)
    checkLength("keyId", input.KeyId ?? "", 0, 256)
    const known = cx.tx.parameters.get(parameterKey({ ...cx.scope, name }))
    const before = known && newest(cx, known)
    const type = typeOf(input, before)
    const dataType = dataTypeOf(input, before)
    if (known && !overwrite) {
      throw fault(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
      )
    }
    const { policies, expiresAt } = keptPolicies(cx, input, known, before)
    const isBig = Buffer.byteLength(value) > standardBytes || policies.length > 0
    const tier = tierOf(input.Tier, before?.tier, isBig)
    if (tier === "Standard" && policies.length > 0) {
      // Text from memory.
      throw invalid("Parameter policies are supported only for parameters of the advanced-parameter tier.")
    }
    checkValue(value, tier)
    const allowedPattern = input.AllowedPattern ?? before?.allowedPattern
    if (allowedPattern !== undefined) checkPattern(allowedPattern, value)
    if (input.KeyId !== undefined && type !== "SecureString") {
      throw invalid("KeyId is required for SecureString type parameter only.")
    }
    const tags = known?.tags ?? checkTags([], input.Tags ?? [])
    if (known) dropOldest(cx, known)

    const description = input.Description ?? before?.description
    const version = {
      ...cx.scope,
      name: known?.name ?? name,
      version: (known?.version ?? 0) + 1,
      id: cx.ids.hex(16),
      type,
      dataType,
      tier,
      ...(description !== undefined && { description }),
      ...(allowedPattern && { allowedPattern }),
      ...(type === "SecureString" && { keyId: input.KeyId ?? before?.keyId ?? defaultKey }),
      ...(policies.length > 0 && { policies }),
      modifiedAt: cx.now,
      modifiedBy: cx.caller.arn,
      labels: [],
    } as const
    cx.tx.parameterVersions.insert({ ...version, sealed: vault.seal(value, parameterVersionIdentity(version)) })
    cx.tx.parameters.put({
      ...cx.scope,
      name: version.name,
      arn: arnOf(cx.scope, name),
      tags,
      version: version.version,
      ...(expiresAt !== undefined && { expiresAt }),
    })
    return { Version: version.version, Tier: tier }
  }

/** Policies stay with the parameter until others are put. */
const keptPolicies = (
  cx: Cx,
  input: PutInput,
  known: ParameterRow | undefined,
  before: ParameterVersionRow | undefined,
) =>
  input.Policies === undefined
    ? {
        policies: before?.policies ?? [],
        ...(known?.expiresAt !== undefined && { expiresAt: known.expiresAt }),
      }
    : policiesOf(input.Policies, cx.now)
