// STS's table: who somebody is, and sessions for a time.
import { implement, read, write } from "../../gate/index.ts"
import { GetAccessKeyInfo } from "./access-key-info.ts"
import { AssumeRole, authoriseAssumeRole } from "./assume-role.ts"
import { GetCallerIdentity } from "./caller-identity.ts"
import { AssumeRoleWithSAML, AssumeRoleWithWebIdentity, DecodeAuthorizationMessage } from "./refusals.ts"
import {
  authoriseFederationToken,
  authoriseSessionToken,
  GetFederationToken,
  GetSessionToken,
} from "./user-sessions.ts"

/** The operations without a resource. */
const plain = (action: string) => () => [{ action, resources: ["*"] }]

export const sts = implement("sts", {
  AssumeRole: write(AssumeRole, authoriseAssumeRole),
  // Whoever has a token of a provider has no key: the token alone decides.
  AssumeRoleWithSAML: write(AssumeRoleWithSAML, () => []),
  AssumeRoleWithWebIdentity: write(AssumeRoleWithWebIdentity, () => []),
  DecodeAuthorizationMessage: read(DecodeAuthorizationMessage, plain("sts:DecodeAuthorizationMessage")),
  GetAccessKeyInfo: read(GetAccessKeyInfo, plain("sts:GetAccessKeyInfo")),
  // STS answers this whatever the policies say: it needs no permission.
  GetCallerIdentity: read(GetCallerIdentity, () => []),
  GetFederationToken: write(GetFederationToken, authoriseFederationToken),
  GetSessionToken: write(GetSessionToken, authoriseSessionToken),
})
