// How each protocol says that a request is not authenticated. The words are AWS's; the codes differ by protocol, and S3's and
// EC2's are their own.
import { Fault } from "../../kernel/index.ts"
import type { ProtocolName } from "../../model/index.ts"
import type { Refusal } from "./verify.ts"

const invalidToken = "The security token included in the request is invalid."
const noMatch =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

/** Builds the fault of a refusal for a protocol. */
export const refusalFault = (refusal: Refusal, protocol: ProtocolName): Fault => {
  switch (protocol) {
    case "restXml":
      return s3(refusal)
    case "ec2Query":
      return ec2(refusal)
    case "awsQuery":
      return query(refusal)
    case "restJson1":
      return json(refusal, 403)
    default:
      return json(refusal, 400)
  }
}

const make = (code: string, message: string, status: number): Fault => new Fault(code, message, { status })

const json = (refusal: Refusal, status: number): Fault => {
  switch (refusal.kind) {
    case "missing":
      return make("MissingAuthenticationTokenException", "Missing Authentication Token", status)
    case "broken":
      return make("IncompleteSignatureException", refusal.why, status)
    case "unknownKey":
    case "badToken":
      return make("UnrecognizedClientException", invalidToken, status)
    case "expiredToken":
      return make("ExpiredTokenException", "The security token included in the request is expired", status)
    case "expired":
      return make("InvalidSignatureException", refusal.why, status)
    case "wrongService":
      return make(
        "InvalidSignatureException",
        `Credential should be scoped to correct service: '${refusal.expected}'. `,
        status,
      )
    default:
      return make("InvalidSignatureException", noMatch, status)
  }
}

const query = (refusal: Refusal): Fault => {
  switch (refusal.kind) {
    case "missing":
      return make("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    case "broken":
      return make("IncompleteSignature", refusal.why, 400)
    case "unknownKey":
    case "badToken":
      return make("InvalidClientTokenId", invalidToken, 403)
    case "expiredToken":
      return make("ExpiredToken", "The security token included in the request is expired", 403)
    case "expired":
      return make("SignatureDoesNotMatch", refusal.why, 403)
    case "wrongService":
      return make(
        "SignatureDoesNotMatch",
        `Credential should be scoped to correct service: '${refusal.expected}'. `,
        403,
      )
    default:
      return make("SignatureDoesNotMatch", noMatch, 403)
  }
}

const ec2 = (refusal: Refusal): Fault => {
  switch (refusal.kind) {
    case "missing":
      return make("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    case "broken":
      return make("IncompleteSignature", refusal.why, 400)
    case "expiredToken":
    case "expired":
      return make("RequestExpired", "Request has expired.", 400)
    default:
      return make("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
  }
}

const s3 = (refusal: Refusal): Fault => {
  switch (refusal.kind) {
    case "missing":
      return make("AccessDenied", "Access Denied", 403)
    case "broken":
      return make("AuthorizationHeaderMalformed", refusal.why, 400)
    case "unknownKey":
      return make("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    case "badToken":
      return make("InvalidToken", "The provided token is malformed or otherwise invalid.", 400)
    case "expiredToken":
      return make("ExpiredToken", "The provided token has expired.", 400)
    case "expired":
      return refusal.presigned
        ? make("AccessDenied", "Request has expired", 403)
        : make(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            403,
          )
    case "bodyMismatch":
      return make(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        400,
      )
    default:
      return make(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        403,
      )
  }
}
