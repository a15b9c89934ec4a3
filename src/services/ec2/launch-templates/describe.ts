// Launch templates and their versions as EC2 shows them: DescribeLaunchTemplates, DescribeLaunchTemplateVersions.
import type { LaunchTemplate, LaunchTemplateVersion, ResponseLaunchTemplateData } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import type { LaunchTemplateVersion as KeptVersion, LaunchTemplateRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { findVersion, templateOf, versionOf } from "./find.ts"

export const describeTemplate = (row: LaunchTemplateRow): LaunchTemplate => ({
  LaunchTemplateId: row.id,
  LaunchTemplateName: row.name,
  CreateTime: new Date(row.createdAt),
  CreatedBy: row.createdBy,
  DefaultVersionNumber: row.defaultVersion,
  LatestVersionNumber: row.latestVersion,
  Tags: tagSet(row.tags),
})

export const describeVersion = (row: LaunchTemplateRow, version: KeptVersion): LaunchTemplateVersion => ({
  LaunchTemplateId: row.id,
  LaunchTemplateName: row.name,
  VersionNumber: version.number,
  ...(version.description !== undefined && { VersionDescription: version.description }),
  CreateTime: new Date(version.createdAt),
  CreatedBy: version.createdBy,
  DefaultVersion: version.number === row.defaultVersion,
  // What was asked for has the members of what is answered.
  LaunchTemplateData: structuredClone(version.data) as ResponseLaunchTemplateData,
})

const filters: FilterTable<LaunchTemplateRow> = {
  ...tagKeys,
  "create-time": (t) => [new Date(t.createdAt).toISOString()],
  "launch-template-name": (t) => [t.name],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html */
export const DescribeLaunchTemplates: ReadOp<"ec2", "DescribeLaunchTemplates"> = (cx, input) => {
  const named = [
    ...(input.LaunchTemplateIds ?? []).map((LaunchTemplateId) => templateOf(cx, { LaunchTemplateId })),
    ...(input.LaunchTemplateNames ?? []).map((LaunchTemplateName) => templateOf(cx, { LaunchTemplateName })),
  ]
  const rows = named.length > 0 ? [...new Set(named)] : cx.tx.launchTemplates.by("scope", scopeKey(cx.scope))
  const page = pageOf(applyFilters(rows, input.Filters, filters), (t) => t.id, input)
  return { LaunchTemplates: page.rows.map(describeTemplate), NextToken: page.NextToken }
}

interface Version {
  readonly row: LaunchTemplateRow
  readonly version: KeptVersion
}

const text = (name: string) => (v: Version) => {
  const value = v.version.data[name]
  return value === undefined ? [] : [String(value)]
}

const versionFilters: FilterTable<Version> = {
  "create-time": (v) => [new Date(v.version.createdAt).toISOString()],
  "ebs-optimized": text("EbsOptimized"),
  "image-id": text("ImageId"),
  "instance-type": text("InstanceType"),
  "is-default-version": (v) => [String(v.version.number === v.row.defaultVersion)],
  "kernel-id": text("KernelId"),
  "ram-disk-id": text("RamDiskId"),
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html */
export const DescribeLaunchTemplateVersions: ReadOp<"ec2", "DescribeLaunchTemplateVersions"> = (cx, input) => {
  const asked = input.Versions ?? []
  const isNamed = input.LaunchTemplateId !== undefined || input.LaunchTemplateName !== undefined
  if (!isNamed && (asked.length === 0 || asked.some((version) => !version.startsWith("$")))) {
    // text from memory
    throw fault("MissingParameter", "The request must contain the parameter LaunchTemplateId or LaunchTemplateName")
  }
  const low = Number(input.MinVersion ?? 0)
  const high = Number(input.MaxVersion ?? Number.POSITIVE_INFINITY)
  const ofTemplate = (row: LaunchTemplateRow): Version[] => {
    const versions =
      asked.length === 0
        ? row.versions
        : asked.flatMap((version) => (isNamed ? versionOf(row, version) : (findVersion(row, version) ?? [])))
    const bounded = [...new Set(versions)].filter(({ number }) => number >= low && number <= high)
    return bounded.map((version) => ({ row, version }))
  }
  const templates = isNamed ? [templateOf(cx, input)] : cx.tx.launchTemplates.by("scope", scopeKey(cx.scope))
  const rows = applyFilters(templates.flatMap(ofTemplate), input.Filters, versionFilters)
  // The newest first, as EC2 answers them.
  const orderOf = ({ row, version }: Version) => `${row.id} ${String(1e9 - version.number).padStart(10, "0")}`
  const sorted = rows.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
  const page = pageOf(sorted, orderOf, input)
  return {
    LaunchTemplateVersions: page.rows.map(({ row, version }) => describeVersion(row, version)),
    NextToken: page.NextToken,
  }
}
