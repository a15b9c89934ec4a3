// Layers that are whole: looked for, sent whole or in part, deleted where nothing needs them. Uploads are in uploads.ts.
import { pipeline } from "node:stream/promises"
import { RegistryError, translated } from "./errors.ts"
import { answer, type Exchange } from "./exchange.ts"
import { rangeOf } from "./headers.ts"

const unknown = (digest: string): RegistryError =>
  new RegistryError(404, "BLOB_UNKNOWN", "blob unknown to registry", { detail: { digest } })

const sizeIn = async (exchange: Exchange, name: string, digest: string): Promise<number> => {
  const { layers } = await exchange.call("BatchCheckLayerAvailability", {
    repositoryName: name,
    layerDigests: [digest],
  })
  const [layer] = layers ?? []
  if (layer?.layerAvailability !== "AVAILABLE") throw unknown(digest)
  return layer.layerSize ?? 0
}

const headersOf = (digest: string) => ({
  "accept-ranges": "bytes",
  "content-type": "application/octet-stream",
  "docker-content-digest": digest,
  etag: `"${digest}"`,
})

/** Sends a layer that the store has. */
export const sendLayer = async (
  { req, res, layers }: Pick<Exchange, "req" | "res" | "layers">,
  digest: string,
): Promise<void> => {
  const held = layers.hold(digest)
  if (!held) throw unknown(digest)
  try {
    const { size } = held
    const span = rangeOf(req.headers.range, size)
    const headers = headersOf(digest)
    if (span === "unsatisfiable")
      throw new RegistryError(416, "SIZE_INVALID", "The range is not in the layer.", {
        headers: { "content-range": `bytes */${size}` },
      })
    const length = span ? span.end - span.start + 1 : size
    res.writeHead(span ? 206 : 200, {
      "docker-distribution-api-version": "registry/2.0",
      ...headers,
      "content-length": String(length),
      ...(span && { "content-range": `bytes ${span.start}-${span.end}/${size}` }),
    })
    if (req.method === "HEAD" || length === 0) {
      res.end()
      return
    }
    await pipeline(layers.read(digest, span), res)
  } finally {
    held.release()
  }
}

/** `/v2/<name>/blobs/<digest>`. */
export const serveBlob = async (exchange: Exchange, name: string, digest: string): Promise<void> => {
  switch (exchange.method) {
    case "HEAD": {
      const size = await sizeIn(exchange, name, digest)
      answer(exchange, 200, { ...headersOf(digest), "content-length": String(size) })
      return
    }
    case "GET":
      try {
        await exchange.call("GetDownloadUrlForLayer", { repositoryName: name, layerDigest: digest })
      } catch (thrown) {
        throw translated(thrown, { LayersNotFoundException: [404, "BLOB_UNKNOWN"] }) ?? thrown
      }
      return sendLayer(exchange, digest)
    case "DELETE": {
      const { failures } = await exchange.call("BatchDeleteImage", { repositoryName: name, layerDigest: digest })
      const [failure] = failures ?? []
      if (failure?.failureCode === "ImageNotFound") throw unknown(digest)
      if (failure) throw new RegistryError(405, "DENIED", failure.failureReason ?? "The layer cannot be deleted.")
      answer(exchange, 202, {})
      return
    }
    default:
      throw new RegistryError(405, "UNSUPPORTED", "The operation is unsupported.")
  }
}
