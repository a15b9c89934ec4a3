// Finding launch templates and their versions by what a request names them, with EC2's errors.
import type { ReadCx } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { LaunchTemplateRow, LaunchTemplateVersion } from "../../../state/index.ts"
import { keyOf } from "../lookups.ts"
import { missingParameter } from "../refusals.ts"

/** How requests name a template. */
export interface TemplateNaming {
  readonly LaunchTemplateId?: string | undefined
  readonly LaunchTemplateName?: string | undefined
}

/** The template of a request. */
export const templateOf = (cx: Pick<ReadCx, "scope" | "tx">, naming: TemplateNaming): LaunchTemplateRow => {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = naming
  if (id !== undefined && name !== undefined) {
    throw fault("InvalidParameterCombination", "Specify either the launch template ID or its name, but not both.") // from memory
  }
  if (id !== undefined) {
    const row = cx.tx.launchTemplates.get(keyOf(cx.scope, id))
    if (row) return row
    const message = `The specified launch template, with template ID ${id}, does not exist.`
    throw fault("InvalidLaunchTemplateId.NotFound", message)
  }
  if (name === undefined) throw missingParameter("LaunchTemplateId")
  const row = cx.tx.launchTemplates.first("name", keyOf(cx.scope, name))
  if (row) return row
  const message = `The specified launch template, with template name ${name}, does not exist.`
  throw fault("InvalidLaunchTemplateName.NotFoundException", message)
}

/** A version by number, `$Default` or `$Latest`; undefined when there is none. */
export const findVersion = (row: LaunchTemplateRow, asked: string): LaunchTemplateVersion | undefined => {
  const number = asked === "$Default" ? row.defaultVersion : asked === "$Latest" ? row.latestVersion : Number(asked)
  return row.versions.find((version) => version.number === number)
}

/** The same, with EC2's error. */
export const versionOf = (row: LaunchTemplateRow, asked: string): LaunchTemplateVersion => {
  const found = findVersion(row, asked)
  if (found) return found
  const message = `Could not find the specified version ${asked} for the launch template with ID ${row.id}.`
  throw fault("InvalidLaunchTemplateId.VersionNotFound", message)
}
