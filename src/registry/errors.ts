// Errors in the form of the distribution API, and what ECR's own errors are there.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
import { Fault } from "../kernel/index.ts"

/** An error for the client to see. */
export class RegistryError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  readonly detail: unknown
  constructor(
    status: number,
    code: string,
    message: string,
    more: { headers?: Readonly<Record<string, string>>; detail?: unknown } = {},
  ) {
    super(message)
    this.name = "RegistryError"
    this.status = status
    this.code = code
    this.headers = more.headers ?? {}
    this.detail = more.detail
  }
}

export const errorBody = ({ code, message, detail }: RegistryError): string =>
  JSON.stringify({ errors: [{ code, message, ...(detail !== undefined && { detail }) }] })

/** Status and code by ECR's error, as its registry answers them; from public reports, the others as the specification has them. */
const known: Readonly<Record<string, readonly [number, string]>> = {
  RepositoryNotFoundException: [404, "NAME_UNKNOWN"],
  ImageNotFoundException: [404, "MANIFEST_UNKNOWN"],
  ImageTagAlreadyExistsException: [400, "TAG_INVALID"],
  ImageDigestDoesNotMatchException: [400, "DIGEST_INVALID"],
  ReferencedImagesNotFoundException: [400, "MANIFEST_BLOB_UNKNOWN"],
  UploadNotFoundException: [404, "BLOB_UPLOAD_UNKNOWN"],
  InvalidLayerException: [400, "DIGEST_INVALID"],
  AccessDeniedException: [403, "DENIED"],
  AccessDenied: [403, "DENIED"],
  LimitExceededException: [403, "DENIED"],
}

/** What an error of ECR's API is here; undefined for bugs. `otherwise` is for errors that depend on what was asked. */
export const translated = (
  thrown: unknown,
  otherwise: Readonly<Record<string, readonly [number, string]>> = {},
): RegistryError | undefined => {
  if (thrown instanceof RegistryError) return thrown
  if (!(thrown instanceof Fault)) return undefined
  const { code, message, fields } = thrown
  if (code === "InvalidParameterException" && message.includes("'repositoryName'"))
    return new RegistryError(400, "NAME_INVALID", message)
  if (code === "InvalidLayerPartException") {
    const last = Number(fields.lastValidByteReceived)
    return new RegistryError(416, "BLOB_UPLOAD_INVALID", message, { headers: { range: `0-${Math.max(0, last)}` } })
  }
  // The one that ECR's table throws: no room on the disk.
  if (code === "ServerException") return new RegistryError(507, "UNKNOWN", message)
  const [status, name] = otherwise[code] ?? known[code] ?? [400, "UNSUPPORTED"]
  return new RegistryError(status, name, message)
}
