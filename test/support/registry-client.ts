// A client of the distribution API for tests: what Docker does, one request at a time, with the password of an account.
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr"
import type { AwsEndpoint } from "./aws-endpoint.ts"

export const digestOf = (bytes: string | Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`

export const manifestType = "application/vnd.docker.distribution.manifest.v2+json"

/** The `Authorization` of whoever the client of ECR signs as. */
export const loginOf = async (ecr: ECRClient): Promise<string> => {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}))
  return `Basic ${authorizationData[0]?.authorizationToken}`
}

export interface RegistryClient {
  readonly authorization: string
  ask(
    method: string,
    path: string,
    more?: { headers?: Record<string, string>; body?: string | Uint8Array },
  ): Promise<Response>
  /** Uploads a layer in one PATCH and a PUT; answers its digest. */
  layer(name: string, bytes: string | Uint8Array): Promise<string>
  /** Pushes an image of these layers under a tag; answers the digest of its manifest. */
  image(name: string, tag: string, layers: readonly string[]): Promise<string>
}

export const registryClient = async (aws: AwsEndpoint, as?: ECRClient): Promise<RegistryClient> => {
  const ecr = as ?? new ECRClient(aws.sdk)
  const authorization = await loginOf(ecr)
  if (!as) ecr.destroy()
  const ask: RegistryClient["ask"] = (method, path, { headers = {}, body } = {}) =>
    fetch(`${aws.sdk.endpoint}${path}`, {
      method,
      headers: { authorization, ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : new Uint8Array(body) }),
    })
  const layer: RegistryClient["layer"] = async (name, bytes) => {
    const begun = await ask("POST", `/v2/${name}/blobs/uploads/`)
    assert.equal(begun.status, 202, await begun.text())
    const location = begun.headers.get("location") ?? ""
    const sent = await ask("PATCH", location, { body: bytes })
    assert.equal(sent.status, 202, await sent.text())
    const digest = digestOf(bytes)
    const ended = await ask("PUT", `${location}?digest=${digest}`)
    assert.equal(ended.status, 201, await ended.text())
    assert.equal(ended.headers.get("docker-content-digest"), digest)
    return digest
  }
  return {
    authorization,
    ask,
    layer,
    image: async (name, tag, layers) => {
      const config = await layer(name, JSON.stringify({ tag, layers }))
      const digests = await Promise.all(layers.map((bytes) => layer(name, bytes)))
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        config: { mediaType: "application/vnd.docker.container.image.v1+json", digest: config, size: 100 },
        layers: digests.map((digest, at) => ({
          mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
          digest,
          size: layers[at]?.length ?? 0,
        })),
      })
      const put = await ask("PUT", `/v2/${name}/manifests/${tag}`, {
        headers: { "content-type": manifestType },
        body: manifest,
      })
      assert.equal(put.status, 201, await put.text())
      assert.equal(put.headers.get("docker-content-digest"), digestOf(manifest))
      return digestOf(manifest)
    },
  }
}
