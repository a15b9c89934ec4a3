// STS's table. GetCallerIdentity alone: nobody can assume a role yet.
import { implement, read } from "../../gate/index.ts"
import { GetCallerIdentity } from "./caller-identity.ts"

export const sts = implement("sts", {
  // STS answers this whatever the policies say: it needs no permission.
  GetCallerIdentity: read(GetCallerIdentity, () => []),
})
