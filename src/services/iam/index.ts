// IAM's table: what of IAM Roadstead has. Its parts are beside it, one folder per kind of thing; see README.md.
import { implement } from "../../gate/index.ts"
import { absentOperations } from "./account/absent.ts"
import { accountOperations } from "./account/operations.ts"
import { boundaryOperations } from "./boundaries.ts"
import { groupOperations } from "./groups/operations.ts"
import { attachmentOperations } from "./policies/attachments.ts"
import { inlinePolicyOperations } from "./policies/inline.ts"
import { policyOperations } from "./policies/operations.ts"
import { instanceProfileOperations } from "./roles/instance-profiles.ts"
import { linkedRoleOperations } from "./roles/linked-roles.ts"
import { roleOperations } from "./roles/operations.ts"
import { simulationOperations } from "./simulation/operations.ts"
import { userOperations } from "./users/operations.ts"

export const iam = implement("iam", {
  ...absentOperations,
  ...accountOperations,
  ...attachmentOperations,
  ...boundaryOperations,
  ...groupOperations,
  ...inlinePolicyOperations,
  ...instanceProfileOperations,
  ...linkedRoleOperations,
  ...policyOperations,
  ...roleOperations,
  ...simulationOperations,
  ...userOperations,
})
