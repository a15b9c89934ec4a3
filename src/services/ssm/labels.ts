// Labels of versions: LabelParameterVersion, UnlabelParameterVersion.
import type { Op, ReadCx } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { type ParameterRow, type ParameterVersionRow, parameterKey, parameterVersionKey } from "../../state/index.ts"
import { broken, checkCount } from "./checks.ts"
import { notFound } from "./get.ts"

/** AWS: ten labels for a version. */
const mostLabels = 10

/** Letters, digits, periods, hyphens and underscores; it begins with no digit, and not with `aws` or `ssm`. */
const isLabel = (label: string): boolean => /^[A-Za-z_.-][A-Za-z0-9_.-]*$/.test(label) && !/^(aws|ssm)/i.test(label)

const parameterOf = (cx: ReadCx, name: string | undefined): ParameterRow => {
  const parameter = cx.tx.parameters.get(parameterKey({ ...cx.scope, name: name ?? "" }))
  if (!parameter) throw notFound()
  return parameter
}

const versionOf = (cx: ReadCx, parameter: ParameterRow, version: number): ParameterVersionRow => {
  const found = cx.tx.parameterVersions.get(parameterVersionKey({ ...parameter, version }))
  if (!found) {
    throw fault(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${version} of ${parameter.name}. Verify the version and try again.`,
    )
  }
  return found
}

const checkLabels = (labels: readonly string[]): void => {
  checkCount("labels", labels, mostLabels)
  for (const label of labels) {
    if (label.length >= 1 && label.length <= 100) continue
    throw broken(
      "labels",
      `[${label}]`,
      "Member must satisfy constraint: [Member must have length less than or equal to 100, Member must have length greater than or equal to 1]",
    )
  }
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LabelParameterVersion.html */
export const LabelParameterVersion: Op<"ssm", "LabelParameterVersion"> = (cx, input) => {
  const labels = input.Labels ?? []
  checkLabels(labels)
  const parameter = parameterOf(cx, input.Name)
  const version = versionOf(cx, parameter, input.ParameterVersion ?? parameter.version)
  const good = labels.filter(isLabel)
  const all = [...new Set([...version.labels, ...good])]
  if (all.length > mostLabels) {
    throw fault(
      "ParameterVersionLabelLimitExceeded",
      "A parameter version can have maximum 10 labels.Move one or more labels to another version and try again.",
    )
  }
  for (const other of [...cx.tx.parameterVersions.by("parameter", parameterKey(parameter))]) {
    if (other.version === version.version || !other.labels.some((label) => good.includes(label))) continue
    const left = other.labels.filter((label) => !good.includes(label))
    cx.tx.parameterVersions.patch(parameterVersionKey(other), { labels: left })
  }
  cx.tx.parameterVersions.patch(parameterVersionKey(version), { labels: all })
  return { InvalidLabels: labels.filter((label) => !isLabel(label)), ParameterVersion: version.version }
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UnlabelParameterVersion.html */
export const UnlabelParameterVersion: Op<"ssm", "UnlabelParameterVersion"> = (cx, input) => {
  const labels = input.Labels ?? []
  checkLabels(labels)
  const parameter = parameterOf(cx, input.Name)
  const version = versionOf(cx, parameter, input.ParameterVersion ?? 0)
  const removed = labels.filter((label) => version.labels.includes(label))
  const left = version.labels.filter((label) => !labels.includes(label))
  cx.tx.parameterVersions.patch(parameterVersionKey(version), { labels: left })
  return { RemovedLabels: removed, InvalidLabels: labels.filter((label) => !removed.includes(label)) }
}
