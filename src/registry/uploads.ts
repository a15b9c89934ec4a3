// Uploads of layers: begun, sent whole or in chunks, asked how far they are, ended, given up, or had from another repository.
import type { BlobSource } from "../state/index.ts"
import { RegistryError, translated } from "./errors.ts"
import { answer, bodyOf, type Exchange, hasBody } from "./exchange.ts"
import { contentRangeOf } from "./headers.ts"

const digestForm = /^sha256:[0-9a-f]{64}$/

const locationOf = (name: string, id: string): string => `/v2/${name}/blobs/uploads/${id}`

const accepted = (exchange: Exchange, name: string, id: string, size: number, status = 202): void =>
  answer(exchange, status, {
    location: locationOf(name, id),
    range: `0-${Math.max(0, size - 1)}`,
    "docker-upload-uuid": id,
  })

/** Where the chunk of the request begins; undefined when it does not say. */
const startOf = ({ req }: Exchange): number | undefined => {
  const value = req.headers["content-range"]
  if (value === undefined) return undefined
  const span = contentRangeOf(value)
  const length = req.headers["content-length"]
  if (!span || (length !== undefined && Number(length) !== span.end - span.start + 1))
    throw new RegistryError(400, "SIZE_INVALID", "Content-Range is not what the body is.")
  return span.start
}

/** Appends to the upload; answers how many bytes it has. */
const append = async (
  exchange: Exchange,
  name: string,
  id: string,
  layerPartBlob: BlobSource,
  partFirstByte: number | undefined,
): Promise<number> => {
  const part = { repositoryName: name, uploadId: id, layerPartBlob, partFirstByte }
  const { lastByteReceived = -1 } = await exchange.call("UploadLayerPart", part)
  return lastByteReceived + 1
}

const digestAsked = ({ query }: Exchange): string => {
  const digest = query.get("digest") ?? ""
  if (!digestForm.test(digest))
    throw new RegistryError(400, "DIGEST_INVALID", "The digest must be of the form sha256:<64 hexadecimal digits>.")
  return digest
}

const complete = async (exchange: Exchange, name: string, id: string, digest: string): Promise<void> => {
  const upload = { repositoryName: name, uploadId: id, layerDigests: [digest] }
  try {
    await exchange.call("CompleteLayerUpload", upload)
  } catch (thrown) {
    const error = translated(thrown)
    // What was sent is not what it should be: nobody can go on with it.
    if (error?.code === "DIGEST_INVALID") await abandon(exchange, name, id)
    throw error ?? thrown
  }
  answer(exchange, 201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest })
}

const abandon = (exchange: Exchange, name: string, id: string): Promise<unknown> =>
  exchange.call("CompleteLayerUpload", { repositoryName: name, uploadId: id, layerDigests: [], abandon: true })

/** Whether the layer of another repository of this registry may be had, and is there. */
const mountable = async (exchange: Exchange, from: string, digest: string): Promise<boolean> => {
  try {
    await exchange.call("GetDownloadUrlForLayer", { repositoryName: from, layerDigest: digest })
    return true
  } catch (thrown) {
    // As the specification says: what cannot be mounted is uploaded.
    if (translated(thrown)) return false
    throw thrown
  }
}

const begin = async (exchange: Exchange, name: string): Promise<void> => {
  const mount = exchange.query.get("mount")
  const from = exchange.query.get("from")
  if (mount !== null && from !== null && digestForm.test(mount) && (await mountable(exchange, from, mount))) {
    const { uploadId = "" } = await exchange.call("InitiateLayerUpload", { repositoryName: name, mounts: mount })
    return complete(exchange, name, uploadId, mount)
  }
  const digest = exchange.query.has("digest") ? digestAsked(exchange) : undefined
  const { uploadId = "" } = await exchange.call("InitiateLayerUpload", { repositoryName: name })
  if (digest === undefined) return accepted(exchange, name, uploadId, 0)
  await append(exchange, name, uploadId, bodyOf(exchange), undefined)
  return complete(exchange, name, uploadId, digest)
}

/** `/v2/<name>/blobs/uploads/`. */
export const serveUploads = (exchange: Exchange, name: string): Promise<void> => {
  if (exchange.method !== "POST") throw new RegistryError(405, "UNSUPPORTED", "The operation is unsupported.")
  return begin(exchange, name)
}

/** `/v2/<name>/blobs/uploads/<id>`. */
export const serveUpload = async (exchange: Exchange, name: string, id: string): Promise<void> => {
  switch (exchange.method) {
    case "GET":
      // No bytes at the end: it answers how far the upload is, and needs the permission to go on with it.
      return accepted(exchange, name, id, await append(exchange, name, id, new Uint8Array(), undefined), 204)
    case "PATCH":
      return accepted(exchange, name, id, await append(exchange, name, id, bodyOf(exchange), startOf(exchange)))
    case "PUT": {
      const digest = digestAsked(exchange)
      if (hasBody(exchange.req)) await append(exchange, name, id, bodyOf(exchange), startOf(exchange))
      return complete(exchange, name, id, digest)
    }
    case "DELETE":
      await abandon(exchange, name, id)
      answer(exchange, 204, {})
      return
    default:
      throw new RegistryError(405, "UNSUPPORTED", "The operation is unsupported.")
  }
}
