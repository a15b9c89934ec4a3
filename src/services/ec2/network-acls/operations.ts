// The part of EC2's table about network ACLs.
import { changing, describing, type Part } from "../operation.ts"
import {
  CreateNetworkAcl,
  CreateNetworkAclEntry,
  DeleteNetworkAcl,
  DeleteNetworkAclEntry,
  ReplaceNetworkAclAssociation,
  ReplaceNetworkAclEntry,
} from "./change-acls.ts"
import { DescribeNetworkAcls } from "./describe-acls.ts"

const acl = (input: { readonly NetworkAclId: string | undefined }) => [`network-acl/${input.NetworkAclId}`]

export const networkAclOperations = {
  CreateNetworkAcl: changing("CreateNetworkAcl", CreateNetworkAcl, (input) => ["network-acl/*", `vpc/${input.VpcId}`]),
  CreateNetworkAclEntry: changing("CreateNetworkAclEntry", CreateNetworkAclEntry, acl),
  DeleteNetworkAcl: changing("DeleteNetworkAcl", DeleteNetworkAcl, acl),
  DeleteNetworkAclEntry: changing("DeleteNetworkAclEntry", DeleteNetworkAclEntry, acl),
  DescribeNetworkAcls: describing("DescribeNetworkAcls", DescribeNetworkAcls),
  ReplaceNetworkAclAssociation: changing("ReplaceNetworkAclAssociation", ReplaceNetworkAclAssociation, acl),
  ReplaceNetworkAclEntry: changing("ReplaceNetworkAclEntry", ReplaceNetworkAclEntry, acl),
} satisfies Part
