// Service-linked roles belong to their service: nobody changes them through the operations of ordinary roles.
import { fault } from "../../../kernel/index.ts"
import type { IamRoleRow } from "../../../state/index.ts"

export const checkUnlinked = (role: IamRoleRow): void => {
  if (role.linkedTo !== undefined)
    throw fault(
      "UnmodifiableEntity",
      `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
    )
}
