// The part of EC2's table about instances.
import { changing, describing, type Part } from "../operation.ts"
import { DescribeInstanceAttribute, ModifyInstanceAttribute } from "./attributes.ts"
import { launchConditions, launchResources, launchRoles } from "./authorise.ts"
import { RebootInstances, StartInstances, StopInstances, TerminateInstances } from "./change-state.ts"
import { DescribeInstanceTypeOfferings, DescribeInstanceTypes } from "./describe-instance-types.ts"
import { DescribeInstances } from "./describe-instances.ts"
import { DescribeImages } from "./images.ts"
import { DescribeInstanceStatus } from "./instance-status.ts"
import { ModifyInstanceMetadataOptions } from "./metadata-options.ts"
import {
  AssociateIamInstanceProfile,
  DescribeIamInstanceProfileAssociations,
  DisassociateIamInstanceProfile,
  ReplaceIamInstanceProfileAssociation,
} from "./profiles.ts"
import { RunInstances } from "./run-instances.ts"

const named = (input: { readonly InstanceIds: readonly string[] | undefined }) =>
  (input.InstanceIds ?? []).map((id) => `instance/${id}`)

export const instanceOperations = {
  AssociateIamInstanceProfile: changing("AssociateIamInstanceProfile", AssociateIamInstanceProfile, (input) => [
    `instance/${input.InstanceId}`,
  ]),
  DescribeIamInstanceProfileAssociations: describing(
    "DescribeIamInstanceProfileAssociations",
    DescribeIamInstanceProfileAssociations,
  ),
  DescribeImages: describing("DescribeImages", DescribeImages),
  DescribeInstanceAttribute: describing("DescribeInstanceAttribute", DescribeInstanceAttribute),
  DescribeInstanceStatus: describing("DescribeInstanceStatus", DescribeInstanceStatus),
  DescribeInstances: describing("DescribeInstances", DescribeInstances),
  DescribeInstanceTypeOfferings: describing("DescribeInstanceTypeOfferings", DescribeInstanceTypeOfferings),
  DescribeInstanceTypes: describing("DescribeInstanceTypes", DescribeInstanceTypes),
  DisassociateIamInstanceProfile: changing("DisassociateIamInstanceProfile", DisassociateIamInstanceProfile, () => [
    "instance/*",
  ]),
  ModifyInstanceMetadataOptions: changing("ModifyInstanceMetadataOptions", ModifyInstanceMetadataOptions, (input) => [
    `instance/${input.InstanceId}`,
  ]),
  ReplaceIamInstanceProfileAssociation: changing(
    "ReplaceIamInstanceProfileAssociation",
    ReplaceIamInstanceProfileAssociation,
    () => ["instance/*"],
  ),
  ModifyInstanceAttribute: changing("ModifyInstanceAttribute", ModifyInstanceAttribute, (input) => [
    `instance/${input.InstanceId}`,
  ]),
  RebootInstances: changing("RebootInstances", RebootInstances, named),
  RunInstances: changing("RunInstances", RunInstances, launchResources, {
    conditions: launchConditions,
    more: launchRoles,
  }),
  StartInstances: changing("StartInstances", StartInstances, named),
  StopInstances: changing("StopInstances", StopInstances, named),
  TerminateInstances: changing("TerminateInstances", TerminateInstances, named),
} satisfies Part
