// Reading a manifest: what kind it is, what it needs to be there, how large it is with that. Pure, and given anything.
import { createHash } from "node:crypto"

/** What of a manifest is looked at. */
export interface Manifest {
  readonly mediaType: string
  readonly artifactMediaType?: string
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly subject?: string
  readonly layers: readonly string[]
  readonly children: readonly string[]
  /** Of the layers, which is what ECR calls the size of an image. */
  readonly sizeInBytes: number
}

export const mediaTypes = {
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
} as const

const known: readonly string[] = Object.values(mediaTypes)

/** Bounds of what is kept in memory: the OCI distribution specification asks for at least 4 MiB. */
export const largestManifest = 4 * 1024 * 1024
const mostParts = 10_000
/** Deeper is no manifest, and JSON.parse recurses. */
const deepest = 64

export const sha256Form = /^sha256:[0-9a-f]{64}$/

/** `sha256:` of a text's bytes. */
export const digestOfText = (text: string): string =>
  `sha256:${createHash("sha256").update(text, "utf8").digest("hex")}`

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

/** Why a text is no manifest, in words for its sender. */
export class ManifestRefused extends Error {}

interface Descriptor {
  readonly digest: string
  readonly size: number
  /** Kept elsewhere (Windows base layers): nobody pushes it. */
  readonly foreign: boolean
  readonly mediaType?: string
}

const descriptorOf = (value: unknown, of: string): Descriptor => {
  if (!isObject(value)) throw new ManifestRefused(`${of} is not a descriptor`)
  const { digest, size, urls } = value
  if (typeof digest !== "string" || !sha256Form.test(digest)) throw new ManifestRefused(`${of} has no sha256 digest`)
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
    throw new ManifestRefused(`${of} has no size`)
  const mediaType = textOf(value.mediaType)
  const foreign =
    (mediaType?.includes(".foreign.") || mediaType?.includes(".nondistributable.")) === true &&
    Array.isArray(urls) &&
    urls.length > 0
  return { digest, size, foreign, ...(mediaType !== undefined && { mediaType }) }
}

const descriptorsOf = (value: unknown, of: string): Descriptor[] => {
  if (!Array.isArray(value)) throw new ManifestRefused(`${of} is missing`)
  if (value.length > mostParts) throw new ManifestRefused(`${of} has more than ${mostParts} members`)
  return value.map((item, at) => descriptorOf(item, `${of}[${at}]`))
}

const depthOf = (text: string): number => {
  let depth = 0
  let most = 0
  let inText = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inText) {
      if (code === 0x5c) at++
      else if (code === 0x22) inText = false
    } else if (code === 0x22) inText = true
    else if (code === 0x7b || code === 0x5b) most = Math.max(most, ++depth)
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return most
}

const parse = (text: string): Json => {
  if (depthOf(text) > deepest) throw new ManifestRefused("it is nested too deeply")
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Falls through: both are the same to the sender.
  }
  throw new ManifestRefused("it is not a JSON object")
}

const kindOf = (body: Json, said: string | undefined): string => {
  const own = textOf(body.mediaType)
  if (own !== undefined && said !== undefined && own !== said)
    throw new ManifestRefused(`its mediaType is ${own}, and it was sent as ${said}`)
  const kind = own ?? said ?? (Array.isArray(body.manifests) ? mediaTypes.ociIndex : mediaTypes.ociManifest)
  if (!known.includes(kind)) throw new ManifestRefused(`its media type ${kind} is not supported`)
  return kind
}

const annotationsOf = (value: unknown): Readonly<Record<string, string>> | undefined => {
  if (!isObject(value)) return undefined
  const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string")
  return texts.length > 0 ? Object.fromEntries(texts) : undefined
}

/** Reads a manifest; `said` is the media type that it came with. Throws {@link ManifestRefused}. */
export const readManifest = (text: string, said: string | undefined): Manifest => {
  if (Buffer.byteLength(text) > largestManifest) throw new ManifestRefused("it is larger than 4 MiB")
  const body = parse(text)
  if (body.schemaVersion !== 2) throw new ManifestRefused("its schemaVersion is not 2")
  const mediaType = kindOf(body, said)
  const annotations = annotationsOf(body.annotations)
  const common = {
    mediaType,
    ...(annotations && { annotations }),
    ...(body.subject !== undefined && { subject: descriptorOf(body.subject, "subject").digest }),
  }
  const ownType = textOf(body.artifactType)
  if (mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerList) {
    const children = descriptorsOf(body.manifests, "manifests").map(({ digest }) => digest)
    return { ...common, ...(ownType !== undefined && { artifactType: ownType }), layers: [], children, sizeInBytes: 0 }
  }
  const config = descriptorOf(body.config, "config")
  const layers = descriptorsOf(body.layers, "layers")
  const artifactType = ownType ?? config.mediaType
  return {
    ...common,
    ...(artifactType !== undefined && { artifactType }),
    ...(config.mediaType !== undefined && { artifactMediaType: ownType ?? config.mediaType }),
    layers: [config, ...layers].filter(({ foreign }) => !foreign).map(({ digest }) => digest),
    children: [],
    sizeInBytes: layers.reduce((sum, { size }) => sum + size, config.size),
  }
}
