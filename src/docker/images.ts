// Images: looked at, pulled, imported from a tar, and copied from one engine to another. Containers are not here.
import type { Readable } from "node:stream"
import type { Docker } from "./client.ts"
import { hasStatus } from "./error.ts"
import { readProgress } from "./read.ts"

/** `GET /images/<name>/json`, the members that we look at. */
export interface ImageInspect {
  readonly Id: string
  readonly RepoDigests: readonly string[] | null
  readonly RepoTags: readonly string[] | null
  readonly Config?: { readonly Env?: readonly string[] | null } | null
}

/** The image as the engine has it, or undefined when it has none of that name. */
export const inspectImage = async (docker: Docker, reference: string): Promise<ImageInspect | undefined> => {
  try {
    return (await docker.request<ImageInspect>("GET", `/images/${imagePath(reference)}/json`)).body
  } catch (error) {
    if (hasStatus(error, 404)) return undefined
    throw error
  }
}

/** Pulls as `docker pull` does: the tag `latest` unless the reference has a tag or digest. `auth` is X-Registry-Auth. */
export const pullImage = async (
  docker: Docker,
  reference: string,
  options: { auth?: string; signal?: AbortSignal } = {},
): Promise<void> => {
  const stream = await docker.stream("POST", "/images/create", {
    query: splitReference(reference),
    ...(options.auth && { headers: { "X-Registry-Auth": options.auth } }),
    ...(options.signal && { signal: options.signal }),
  })
  await readProgress(stream)
}

/**
 * Makes an image of a root file system's tar. `changes` are Dockerfile lines (`CMD ["/pause"]`, `STOPSIGNAL SIGKILL`).
 * The name is `repository:tag`.
 */
export const importImage = async (
  docker: Docker,
  image: { repository: string; tag: string; tar: Uint8Array | Readable; changes?: readonly string[] },
): Promise<void> => {
  const changes = (image.changes ?? []).map((change) => `&changes=${encodeURIComponent(change)}`).join("")
  const names = `repo=${encodeURIComponent(image.repository)}&tag=${encodeURIComponent(image.tag)}`
  const stream = await docker.stream("POST", `/images/create?fromSrc=-&${names}${changes}`, { body: image.tar })
  await readProgress(stream)
}

/** Docker's X-Registry-Auth. Engines before 23 want the padding of base64, and take a login without it for none. */
export const registryAuthHeader = (login: {
  readonly username: string
  readonly password: string
  readonly serveraddress?: string
}): string => Buffer.from(JSON.stringify(login), "utf8").toString("base64").replaceAll("+", "-").replaceAll("/", "_")

/** Gives an image another name, as `docker tag` does. */
export const tagImage = async (
  docker: Docker,
  reference: string,
  { repository, tag }: { repository: string; tag: string },
): Promise<void> => {
  await docker.request("POST", `/images/${imagePath(reference)}/tag`, { query: { repo: repository, tag } })
}

/** Copies an image as `docker save | docker load` does, layer by layer and without a file in between. */
export const copyImage = async (from: Docker, to: Docker, reference: string): Promise<void> => {
  const tar = await from.stream("GET", `/images/${imagePath(reference)}/get`)
  try {
    await readProgress(await to.stream("POST", "/images/load", { query: { quiet: true }, body: tar }))
  } finally {
    tar.destroy()
  }
}

/** The slashes of an image's name are part of Docker's path and stay as they are. */
const imagePath = (reference: string): string => reference.split("/").map(encodeURIComponent).join("/")

const splitReference = (reference: string): { fromImage: string; tag?: string } => {
  if (reference.includes("@")) return { fromImage: reference }
  const colon = reference.lastIndexOf(":")
  if (colon > reference.lastIndexOf("/")) {
    return { fromImage: reference.slice(0, colon), tag: reference.slice(colon + 1) }
  }
  return { fromImage: reference, tag: "latest" }
}
