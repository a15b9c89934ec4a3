// Temporary credentials: a key, a secret and a token, kept as a record until they have expired.
import type { Cx } from "../../gate/index.ts"
import { type KeyPrincipal, newAccessKey, newSessionToken } from "../../state/index.ts"

/** How many forgotten sessions are looked for when a new one is made. */
const sweep = 100

/** Makes credentials for `seconds` by the wall clock, whatever the time scale: they are verified by it. */
export const mint = (cx: Cx, account: string, principal: KeyPrincipal, seconds: number) => {
  forgetExpired(cx)
  const key = newAccessKey(cx.ids, account, "temporary")
  const sessionToken = newSessionToken(cx.ids)
  // AWS writes whole seconds, and what is written is what holds.
  const expiresAt = (Math.floor(cx.wallNow / 1000) + seconds) * 1000
  cx.tx.accessKeys.insert({
    ...key,
    sessionToken,
    expiresAt,
    account,
    principal,
    createdAt: cx.now,
    issuedBy: "sts",
  })
  return {
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt),
  }
}

/** Their tokens tell that they have expired; nothing else is asked of them. */
const forgetExpired = ({ tx, wallNow }: Cx): void => {
  for (const key of tx.accessKeys.by("issuer", "sts").slice(0, sweep))
    if (key.expiresAt !== undefined && key.expiresAt <= wallNow) tx.accessKeys.delete(key.accessKeyId)
}
