// IAM's table: what of IAM Roadstead has. Its parts are beside it, one folder per kind of thing; see README.md.
import { implement } from "../../gate/index.ts"
import { boundaryOperations } from "./boundaries.ts"
import { groupOperations } from "./groups/operations.ts"
import { attachmentOperations } from "./policies/attachments.ts"
import { inlinePolicyOperations } from "./policies/inline.ts"
import { policyOperations } from "./policies/operations.ts"
import { instanceProfileOperations } from "./roles/instance-profiles.ts"
import { roleOperations } from "./roles/operations.ts"
import { userOperations } from "./users/operations.ts"

export const iam = implement("iam", {
  ...attachmentOperations,
  ...boundaryOperations,
  ...groupOperations,
  ...inlinePolicyOperations,
  ...instanceProfileOperations,
  ...policyOperations,
  ...roleOperations,
  ...userOperations,
})
