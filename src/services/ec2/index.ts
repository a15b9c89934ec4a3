// EC2's table: what of EC2 Roadstead has. Its parts are beside it, one folder per kind of thing; see README.md.
import { implement } from "../../gate/index.ts"
import { absentOperations } from "./absent/operations.ts"
import { endpointOperations } from "./endpoints/operations.ts"
import { instanceOperations } from "./instances/operations.ts"
import { launchTemplateOperations } from "./launch-templates/operations.ts"
import { networkAclOperations } from "./network-acls/operations.ts"
import { networkInterfaceOperations } from "./network-interfaces/operations.ts"
import { regionOperations } from "./regions/operations.ts"
import { routingOperations } from "./routing/operations.ts"
import { securityGroupOperations } from "./security-groups/operations.ts"
import { subnetOperations } from "./subnets/operations.ts"
import { tagOperations } from "./tagging/operations.ts"
import { vpcOperations } from "./vpcs/operations.ts"
import { withoutEffect } from "./without-effect.ts"

export const ec2 = implement(
  "ec2",
  {
    ...absentOperations,
    ...endpointOperations,
    ...instanceOperations,
    ...launchTemplateOperations,
    ...networkAclOperations,
    ...networkInterfaceOperations,
    ...regionOperations,
    ...routingOperations,
    ...securityGroupOperations,
    ...subnetOperations,
    ...tagOperations,
    ...vpcOperations,
  },
  withoutEffect,
)
