// Manifests: pulled and pushed by tag or digest, and deleted.
import { isUtf8 } from "node:buffer"
import { RegistryError, translated } from "./errors.ts"
import { answer, type Exchange, readSmall } from "./exchange.ts"

const largest = 4 * 1024 * 1024

const idOf = (reference: string) => (reference.includes(":") ? { imageDigest: reference } : { imageTag: reference })

const unknown = (): RegistryError => new RegistryError(404, "MANIFEST_UNKNOWN", "Requested image not found")

const get = async (exchange: Exchange, name: string, reference: string): Promise<void> => {
  const { images } = await exchange.call("BatchGetImage", { repositoryName: name, imageIds: [idOf(reference)] })
  const [image] = images ?? []
  if (image?.imageManifest === undefined) throw unknown()
  const headers = {
    "content-type": image.imageManifestMediaType ?? "application/json",
    "docker-content-digest": image.imageId?.imageDigest ?? "",
    etag: `"${image.imageId?.imageDigest}"`,
  }
  answer(exchange, 200, headers, image.imageManifest)
}

const put = async (exchange: Exchange, name: string, reference: string): Promise<void> => {
  const body = await readSmall(exchange, largest)
  // ECR keeps manifests as text; what is no text is no JSON either.
  if (!isUtf8(body)) throw new RegistryError(400, "MANIFEST_INVALID", "The manifest is not UTF-8.")
  const type = exchange.req.headers["content-type"]?.split(";", 1)[0]?.trim()
  const image = {
    repositoryName: name,
    imageManifest: body.toString("utf8"),
    ...(type && { imageManifestMediaType: type }),
    ...idOf(reference),
  }
  const digest = await pushed(exchange, image)
  const subject = subjectOf(image.imageManifest)
  answer(exchange, 201, {
    location: `/v2/${name}/manifests/${digest}`,
    "docker-content-digest": digest,
    ...(subject !== undefined && { "oci-subject": subject }),
  })
}

/** Puts the image; answers its digest. One that is there already is what the client wants. */
const pushed = async (exchange: Exchange, image: object): Promise<string> => {
  try {
    const { image: made } = await exchange.call("PutImage", image)
    return made?.imageId?.imageDigest ?? ""
  } catch (thrown) {
    const fault = thrown as { code?: string; message: string }
    if (fault.code === "ImageAlreadyExistsException") return /'(sha256:[0-9a-f]{64})'/.exec(fault.message)?.[1] ?? ""
    throw (
      translated(thrown, {
        LayersNotFoundException: [400, "MANIFEST_BLOB_UNKNOWN"],
        InvalidParameterException: [400, "MANIFEST_INVALID"],
      }) ?? thrown
    )
  }
}

/** It was read without a fault: it is an object. */
const subjectOf = (manifest: string): string | undefined =>
  (JSON.parse(manifest) as { subject?: { digest?: string } }).subject?.digest

const remove = async (exchange: Exchange, name: string, reference: string): Promise<void> => {
  const asked = { repositoryName: name, imageIds: [idOf(reference)] }
  const { failures } = await exchange.call("BatchDeleteImage", asked)
  const [failure] = failures ?? []
  if (failure?.failureCode === "ImageNotFound") throw unknown()
  if (failure) throw new RegistryError(405, "DENIED", failure.failureReason ?? "The image cannot be deleted.")
  answer(exchange, 202, {})
}

/** `/v2/<name>/manifests/<reference>`. */
export const serveManifest = async (exchange: Exchange, name: string, reference: string): Promise<void> => {
  switch (exchange.method) {
    case "GET":
    case "HEAD":
      return get(exchange, name, reference)
    case "PUT":
      return put(exchange, name, reference)
    case "DELETE":
      return remove(exchange, name, reference)
    default:
      throw new RegistryError(405, "UNSUPPORTED", "The operation is unsupported.")
  }
}
