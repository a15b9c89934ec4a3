// What the registry reads of its clients: manifests, paths, and the headers of ranges, logins and hosts; and the policies
// that decide what expires. What is taken must be within its bounds.
import assert from "node:assert/strict"
import { contentRangeOf, passwordOf, rangeOf, registryOfHost } from "../../../src/registry/headers.ts"
import { routeOf } from "../../../src/registry/route.ts"
import { evaluateLifecycle } from "../../../src/services/ecr/lifecycle/evaluate.ts"
import { LifecycleRefused, readLifecyclePolicy } from "../../../src/services/ecr/lifecycle/policy.ts"
import { ManifestRefused, mediaTypes, readManifest, sha256Form } from "../../../src/services/ecr/manifest.ts"
import { bytesTarget, jsonWords } from "../target.ts"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const json = (value: unknown): Uint8Array => bytes(JSON.stringify(value) ?? "")
const textOf = (data: Uint8Array): string => new TextDecoder().decode(data)

const digest = `sha256:${"0123456789abcdef".repeat(4)}`
const descriptor = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest, size: 1234 }
const manifests = [
  { schemaVersion: 2, mediaType: mediaTypes.dockerManifest, config: descriptor, layers: [descriptor, descriptor] },
  { schemaVersion: 2, config: descriptor, layers: [], subject: descriptor, annotations: { a: "b" }, artifactType: "x" },
  { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [{ ...descriptor, platform: { os: "linux" } }] },
  { schemaVersion: 2, mediaType: mediaTypes.dockerList, manifests: [] },
]

/** Manifests. */
export const manifest = bytesTarget({
  name: "manifest",
  corpus: manifests.map(json),
  trees: manifests,
  words: [...jsonWords, digest, "sha256:", "9007199254740993", "-1", "1e999", ...Object.values(mediaTypes)],
  keys: ["schemaVersion", "mediaType", "config", "layers", "manifests", "digest", "size", "subject", "annotations"],
  write: json,
  run: (data) => {
    try {
      const read = readManifest(textOf(data), undefined)
      for (const part of [...read.layers, ...read.children]) assert.match(part, sha256Form)
      assert.ok(read.sizeInBytes >= 0)
    } catch (thrown) {
      if (!(thrown instanceof ManifestRefused)) throw thrown
    }
  },
})

const rules = (selection: object) => ({ rules: [{ rulePriority: 1, selection, action: { type: "expire" } }] })
const policies = [
  rules({ tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 }),
  rules({ tagStatus: "tagged", tagPatternList: ["v*1*", "*"], countType: "imageCountMoreThan", countNumber: 1 }),
  rules({ tagStatus: "tagged", tagPrefixList: ["v"], countType: "imageCountMoreThan", countNumber: 1 }),
  rules({ tagStatus: "any", countType: "imageCountMoreThan", countNumber: 3 }),
]
const images = ["a", "b", "c", "d"].map((name, at) => ({
  ...{ digest: name, tags: at % 2 ? [`v${at}1`, "x"] : [], pushedAt: at * 1e9, children: at === 3 ? ["a"] : [] },
}))

/** Lifecycle policies, applied to a few images. */
export const lifecycle = bytesTarget({
  name: "lifecycle",
  corpus: policies.map(json),
  trees: policies,
  words: [...jsonWords, "tagged", "untagged", "any", "*", "days", "imageCountMoreThan", "sinceImagePushed"],
  keys: ["rules", "rulePriority", "selection", "action", "type", "tagStatus", "tagPrefixList", "countNumber"],
  write: json,
  run: (data) => {
    try {
      const { expired } = evaluateLifecycle(readLifecyclePolicy(textOf(data)), images, 1e12)
      assert.ok(new Set(expired.map((one) => one.digest)).size === expired.length && expired.length <= images.length)
    } catch (thrown) {
      if (!(thrown instanceof LifecycleRefused)) throw thrown
    }
  },
})

const lines = [
  "bytes=0-9",
  "bytes=-5",
  "bytes=7-",
  "bytes=0-1,3-4",
  "0-1023",
  "bytes 0-9/10",
  `Basic ${Buffer.from("AWS:abc.def").toString("base64")}`,
  "000000000000.dkr.ecr.us-east-1.localhost:4566",
  `/v2/team/app/blobs/${digest}`,
  "/v2/team/app/blobs/uploads/0b1c-2d",
  "/v2/app/manifests/latest",
  "/v2/app/tags/list",
  `/v2/app/referrers/${encodeURIComponent(digest)}`,
  "/v2/_catalog",
]

/** Lines of a request's head: each is read as every one of them. */
export const registryHead = bytesTarget({
  name: "registry-head",
  corpus: lines.map(bytes),
  words: ["/", "%", "%2f", "%ff", "..", "-", "=", "bytes=", "99999999999999999", "Basic ", ":", "uploads", "manifests"],
  keys: [],
  write: json,
  run: (data) => {
    const line = textOf(data)
    for (const size of [0, 1, 10, 2 ** 40]) {
      const span = rangeOf(line, size)
      if (typeof span === "object") assert.ok(0 <= span.start && span.start <= span.end && span.end < size)
    }
    const chunk = contentRangeOf(line)
    if (chunk) assert.ok(Number.isSafeInteger(chunk.start) && chunk.start <= chunk.end)
    passwordOf(line)
    registryOfHost(line)
    const route = routeOf(line)
    if (route && "name" in route) assert.ok(route.name !== "")
  },
})
