// Filters of GetParametersByPath and DescribeParameters. Pure.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
import { fault } from "../../kernel/index.ts"
import type { ParameterRow, ParameterVersionRow } from "../../state/index.ts"
import { checkPath, invalid } from "./checks.ts"

/** A filter as it comes in. */
export interface StringFilter {
  readonly Key: string | undefined
  readonly Option?: string | undefined
  readonly Values?: readonly string[] | undefined
}

const filterKey = (key: string, valid: readonly string[]) =>
  fault(
    "InvalidFilterKey",
    `The following filter key is not valid: ${key}. Valid filter keys include: [${valid.join(", ")}].`,
  )
const filterOption = (option: string, valid: readonly string[]) =>
  fault(
    "InvalidFilterOption",
    `The following filter option is not valid: ${option}. Valid options include: [${valid.join(", ")}].`,
  )
const filterValue = (value: string, valid: readonly string[]) =>
  fault(
    "InvalidFilterOption",
    `The following filter value is not valid: ${value}. Valid values include: [${valid.join(", ")}].`,
  )

const slashed = (name: string) => (name.startsWith("/") ? name : `/${name}`)

const compare = (option: string, text: string, value: string): boolean => {
  switch (option) {
    case "BeginsWith":
      return text.startsWith(value)
    case "Contains":
      return text.includes(value)
    default:
      return text === value
  }
}

const checkOnce = (filters: readonly StringFilter[]): void => {
  const seen = new Set<string>()
  for (const { Key: key = "" } of filters) {
    if (seen.has(key)) {
      throw fault(
        "InvalidFilterKey",
        `The following filter is duplicated in the request: ${key}. A request can contain only one occurrence of a specific filter.`,
      )
    }
    seen.add(key)
  }
}

const valuesOf = (key: string, values: readonly string[] | undefined): readonly string[] => {
  if (!values || values.length === 0) {
    throw fault("InvalidFilterValue", `The following filter values are missing : null for filter key ${key}.`)
  }
  // Text from memory.
  if (values.length > 50) throw fault("InvalidFilterValue", `A filter can have no more than 50 values: ${key}.`)
  return values
}

const optionOf = (option: string | undefined, valid: readonly string[]): string => {
  const asked = option ?? "Equals"
  if (!valid.includes(asked)) throw filterOption(asked, valid)
  return asked
}

const types = ["String", "StringList", "SecureString"]
const tiers = ["Standard", "Advanced", "Intelligent-Tiering"]
const among = (values: readonly string[], valid: readonly string[]): void => {
  for (const value of values) if (!valid.includes(value)) throw filterValue(value, valid)
}

type KeepsVersion = (version: ParameterVersionRow, isNewest: boolean) => boolean

/** Of GetParametersByPath: which version of a parameter is answered, if any. Without a label it is the newest. */
export const filterByPath = (filters: readonly StringFilter[] = []): KeepsVersion => {
  checkOnce(filters)
  const all: KeepsVersion[] = filters.map(({ Key: key = "", Option, Values }) => {
    if (key !== "Type" && key !== "KeyId" && key !== "Label") throw filterKey(key, ["Type", "KeyId"])
    const values = valuesOf(key, Values)
    const option = optionOf(Option, ["BeginsWith", "Equals"])
    if (key === "Label") return ({ labels }) => values.some((label) => labels.includes(label))
    if (key === "Type") among(values, types)
    return (version) =>
      values.some((value) => compare(option, (key === "Type" ? version.type : version.keyId) ?? "", value))
  })
  const byLabel = filters.some(({ Key }) => Key === "Label")
  return (version, isNewest) => (byLabel || isNewest) && all.every((keeps) => keeps(version, isNewest))
}

type Keeps = (parameter: ParameterRow, version: ParameterVersionRow) => boolean

const isUnder = (name: string, path: string, recursive: boolean): boolean => {
  const base = checkPath(path)
  const rest = slashed(name).startsWith(`${base}/`) ? slashed(name).slice(base.length + 1) : undefined
  return rest !== undefined && (recursive || !rest.includes("/"))
}

const checkFilterPath = (path: string): void => {
  if (/^\/(aws|ssm)/i.test(path)) {
    throw invalid(
      'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive). When using global parameters, please specify within a global namespace.',
    )
  }
  checkPath(path)
}

const keepsOf = ({ Key: key = "", Option, Values }: StringFilter): Keeps => {
  if (key.startsWith("tag:")) {
    const name = key.slice("tag:".length)
    optionOf(Option, ["Equals"])
    // Without a value it asks for the key alone.
    return ({ tags }) => tags.some((tag) => tag.key === name && (!Values?.length || Values.includes(tag.value)))
  }
  switch (key) {
    case "Name": {
      const values = valuesOf(key, Values)
      const option = optionOf(Option, ["BeginsWith", "Contains", "Equals"])
      return ({ name }) =>
        values.some((value) => compare(option, name, value) || compare(option, slashed(name), slashed(value)))
    }
    case "Path": {
      const values = valuesOf(key, Values)
      const option = Option ?? "OneLevel"
      if (option !== "Recursive" && option !== "OneLevel") throw filterOption(option, ["Recursive", "OneLevel"])
      for (const path of values) checkFilterPath(path)
      return ({ name }) => values.some((path) => isUnder(name, path, option === "Recursive"))
    }
    case "Type":
    case "Tier":
    case "KeyId":
    case "DataType": {
      const values = valuesOf(key, Values)
      const option = optionOf(Option, ["BeginsWith", "Equals"])
      if (key === "Type") among(values, types)
      if (key === "Tier") among(values, tiers)
      const textOf = ({ type, tier, keyId, dataType }: ParameterVersionRow) =>
        ({ Type: type, Tier: tier, KeyId: keyId ?? "", DataType: dataType })[key]
      return (_parameter, version) => values.some((value) => compare(option, textOf(version), value))
    }
    default:
      throw filterKey(key, ["Path", "Name", "Type", "KeyId", "Tier"])
  }
}

/** Of DescribeParameters: what all filters keep. `old` are those of the form before. */
export const filterOf = (
  filters: readonly StringFilter[] | undefined,
  old: readonly { readonly Key: string | undefined; readonly Values: readonly string[] | undefined }[] | undefined,
): Keeps => {
  if (filters?.length && old?.length) {
    throw invalid("You can use either Filters or ParameterFilters in a single request.")
  }
  checkOnce(filters ?? [])
  const all = [
    ...(filters ?? []).map(keepsOf),
    // Names of the old form are looked for by how they begin.
    ...(old ?? []).map(({ Key, Values }) => keepsOf({ Key, Values, ...(Key === "Name" && { Option: "BeginsWith" }) })),
  ]
  return (parameter, version) => all.every((keeps) => keeps(parameter, version))
}
