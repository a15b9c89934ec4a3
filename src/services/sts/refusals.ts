// What STS refuses here, in AWS's words: second factors, identity providers, encoded messages. There are none of them.
import type { Op, ReadOp } from "../../gate/index.ts"
import { Fault, fault } from "../../kernel/index.ts"
import { checkInput } from "./checks.ts"

const denied = (message: string): Fault => new Fault("AccessDenied", message, { status: 403 })

/** No device is anybody's. */
export const refuseMfa = (): never => {
  throw denied(
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
  )
}

/** Some operations take keys for good alone. */
export const refuseSessionCaller = (operation: string): never => {
  throw denied(`Cannot call ${operation} with session credentials`)
}

/** No identity provider is there to vouch for a token: IAM here has none. */
export const AssumeRoleWithWebIdentity: Op<"sts", "AssumeRoleWithWebIdentity"> = (_cx, input) => {
  checkInput(input)
  const issuer = issuerOf(input.WebIdentityToken ?? "")
  throw fault(
    "InvalidIdentityToken",
    issuer === undefined
      ? "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
      : `No OpenIDConnect provider found in your account for ${issuer}`,
  )
}

const issuerOf = (token: string): string | undefined => {
  const [, body, signature] = token.split(".")
  if (body === undefined || signature === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString())
    const issuer = typeof claims === "object" && claims !== null && "iss" in claims ? claims.iss : undefined
    return typeof issuer === "string" ? issuer : undefined
  } catch {
    // No JSON: no token.
    return undefined
  }
}

export const AssumeRoleWithSAML: Op<"sts", "AssumeRoleWithSAML"> = (_cx, input) => {
  checkInput(input)
  throw fault("InvalidIdentityToken", "Specified provider doesn't exist")
}

/** No refusal here carries an encoded message, so nothing that is sent can be one. */
export const DecodeAuthorizationMessage: ReadOp<"sts", "DecodeAuthorizationMessage"> = (_cx, input) => {
  checkInput(input)
  throw fault("InvalidAuthorizationMessageException", "Message is not valid.")
}
