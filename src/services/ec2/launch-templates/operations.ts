// The part of EC2's table about launch templates.
import { changing, describing, type Part } from "../operation.ts"
import {
  CreateLaunchTemplate,
  CreateLaunchTemplateVersion,
  DeleteLaunchTemplate,
  DeleteLaunchTemplateVersions,
  ModifyLaunchTemplate,
} from "./change.ts"
import { DescribeLaunchTemplates, DescribeLaunchTemplateVersions } from "./describe.ts"
import type { TemplateNaming } from "./find.ts"

const named = ({ LaunchTemplateId }: TemplateNaming) => [`launch-template/${LaunchTemplateId ?? "*"}`]

export const launchTemplateOperations = {
  CreateLaunchTemplate: changing("CreateLaunchTemplate", CreateLaunchTemplate, () => ["launch-template/*"]),
  CreateLaunchTemplateVersion: changing("CreateLaunchTemplateVersion", CreateLaunchTemplateVersion, named),
  DeleteLaunchTemplate: changing("DeleteLaunchTemplate", DeleteLaunchTemplate, named),
  DeleteLaunchTemplateVersions: changing("DeleteLaunchTemplateVersions", DeleteLaunchTemplateVersions, named),
  DescribeLaunchTemplates: describing("DescribeLaunchTemplates", DescribeLaunchTemplates),
  DescribeLaunchTemplateVersions: describing("DescribeLaunchTemplateVersions", DescribeLaunchTemplateVersions),
  ModifyLaunchTemplate: changing("ModifyLaunchTemplate", ModifyLaunchTemplate, named),
} satisfies Part
