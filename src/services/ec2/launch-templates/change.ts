// Launch templates that come, change and go. A version never changes once it is made.

import type { Cx, Input, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { LaunchTemplateVersion as KeptVersion, LaunchTemplateRow } from "../../../state/index.ts"
import { madeBefore, tokenOf } from "../idempotency.ts"
import { keyOf } from "../lookups.ts"
import { invalid, missingParameter, refuseMembers } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { describeTemplate, describeVersion } from "./describe.ts"
import { findVersion, templateOf, versionOf } from "./find.ts"

type Data = NonNullable<Input<"ec2", "CreateLaunchTemplate">["LaunchTemplateData"]>

const noMeans = {
  InstanceMarketOptions: "spot instances",
  InstanceRequirements: "choice of types by attributes",
}

/** The data of a version as it is kept: plain, so that it can be in a record. */
const keptData = (data: Data | undefined): KeptVersion["data"] => {
  if (data === undefined) throw missingParameter("LaunchTemplateData")
  refuseMembers(data, noMeans)
  return JSON.parse(JSON.stringify(data)) as KeptVersion["data"]
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html */
const checkName = (name: string | undefined): string => {
  if (name === undefined) throw missingParameter("LaunchTemplateName")
  if (/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) return name
  throw fault(
    "InvalidLaunchTemplateName.MalformedException",
    "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.",
  )
}

export const CreateLaunchTemplate: Op<"ec2", "CreateLaunchTemplate"> = (cx, input) => {
  const token = tokenOf(input)
  const known = madeBefore(cx.tx.launchTemplates, cx.scope, token)
  if (known) return { LaunchTemplate: describeTemplate(known) }
  const name = checkName(input.LaunchTemplateName)
  if (cx.tx.launchTemplates.first("name", keyOf(cx.scope, name))) {
    throw fault("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
  }
  const data = keptData(input.LaunchTemplateData)
  const tags = specifiedTags(input.TagSpecifications, "launch-template")
  const made = { createdAt: cx.now, createdBy: cx.caller.arn }
  const description = input.VersionDescription
  const row = cx.tx.launchTemplates.insert({
    ...cx.scope,
    ...made,
    id: cx.ids.ec2("lt"),
    name,
    tags,
    defaultVersion: 1,
    latestVersion: 1,
    versions: [{ ...made, number: 1, data, ...(description !== undefined && { description }) }],
    ...(token && { token }),
  })
  return { LaunchTemplate: describeTemplate(row) }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html */
export const CreateLaunchTemplateVersion: Op<"ec2", "CreateLaunchTemplateVersion"> = (cx, input) => {
  const row = templateOf(cx, input)
  const source = input.SourceVersion === undefined ? {} : versionOf(row, input.SourceVersion).data
  const number = row.latestVersion + 1
  const description = input.VersionDescription
  const version: KeptVersion = {
    number,
    data: { ...source, ...keptData(input.LaunchTemplateData) },
    createdAt: cx.now,
    createdBy: cx.caller.arn,
    ...(description !== undefined && { description }),
  }
  const versions = [...row.versions, version]
  const changed = cx.tx.launchTemplates.patch(keyOf(cx.scope, row.id), { versions, latestVersion: number })
  return { LaunchTemplateVersion: describeVersion(changed, version) }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyLaunchTemplate.html */
export const ModifyLaunchTemplate: Op<"ec2", "ModifyLaunchTemplate"> = (cx, input) => {
  const row = templateOf(cx, input)
  if (input.DefaultVersion === undefined) throw missingParameter("SetDefaultVersion")
  const { number } = versionOf(row, input.DefaultVersion)
  return {
    LaunchTemplate: describeTemplate(cx.tx.launchTemplates.patch(keyOf(cx.scope, row.id), { defaultVersion: number })),
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplate.html */
export const DeleteLaunchTemplate: Op<"ec2", "DeleteLaunchTemplate"> = (cx, input) => {
  const row = templateOf(cx, input)
  cx.tx.launchTemplates.delete(keyOf(cx.scope, row.id))
  return { LaunchTemplate: describeTemplate(row) }
}

const without = (cx: Cx, row: LaunchTemplateRow, number: number): LaunchTemplateRow =>
  cx.tx.launchTemplates.patch(keyOf(cx.scope, row.id), {
    versions: row.versions.filter((version) => version.number !== number),
  })

/** What cannot be deleted is said of each: API_DeleteLaunchTemplateVersions. */
export const DeleteLaunchTemplateVersions: Op<"ec2", "DeleteLaunchTemplateVersions"> = (cx, input) => {
  let row = templateOf(cx, input)
  const asked = input.Versions ?? []
  if (asked.length === 0) throw missingParameter("LaunchTemplateVersion")
  for (const version of asked) if (!/^\d+$/.test(version)) throw invalid(`Invalid launch template version: ${version}`) // from memory
  const names = { LaunchTemplateId: row.id, LaunchTemplateName: row.name }
  const gone: { VersionNumber: number }[] = []
  const kept: {
    VersionNumber: number
    ResponseError: { Code: "launchTemplateVersionDoesNotExist" | "unexpectedError"; Message: string }
  }[] = []
  for (const version of asked) {
    const VersionNumber = Number(version)
    if (!findVersion(row, version)) {
      const Message = `Could not find launch template version ${version}.`
      kept.push({ VersionNumber, ResponseError: { Code: "launchTemplateVersionDoesNotExist", Message } })
    } else if (VersionNumber === row.defaultVersion) {
      const Message = "The default version of a launch template cannot be deleted." // from memory
      kept.push({ VersionNumber, ResponseError: { Code: "unexpectedError", Message } })
    } else {
      row = without(cx, row, VersionNumber)
      gone.push({ VersionNumber })
    }
  }
  return {
    SuccessfullyDeletedLaunchTemplateVersions: gone.map((one) => ({ ...names, ...one })),
    UnsuccessfullyDeletedLaunchTemplateVersions: kept.map((one) => ({ ...names, ...one })),
  }
}
