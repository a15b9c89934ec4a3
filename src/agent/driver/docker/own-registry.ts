// Images of Roadstead's own registry. Their names (`<account>.dkr.ecr.<region>.localhost:4566/…`) resolve on few machines, so
// the engine pulls them from an address, by digest, and gives them their name afterwards (docs/decisions/0017). By digest,
// because a tag under the address is the user's own, who may have something else there that he has not pushed yet.
import { type Docker, inspectImage, pullImage, tagImage } from "../../../docker/index.ts"

/** A reference to an image of ours in its parts. */
export interface OwnImage {
  /** With the registry, without tag and digest. */
  readonly name: string
  /** The name without the registry. */
  readonly path: string
  readonly tag: string
  readonly digest?: string
}

const form =
  /^(\d{12}\.dkr\.ecr\.[a-z0-9-]+\.localhost(?::\d+)?)\/([a-z0-9][a-z0-9._/-]*)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/

/** The parts, or undefined when the image is of another registry. */
export const ownImage = (reference: string): OwnImage | undefined => {
  const [, host, path, tag = "latest", digest] = form.exec(reference) ?? []
  if (host === undefined || path === undefined) return undefined
  return { name: `${host}/${path}`, path, tag, ...(digest !== undefined && { digest }) }
}

interface Inspected {
  readonly Descriptor: { readonly digest: string }
}

/** Gets the image onto the engine from `address`; answers its digest and the name by which the engine has it. */
export const pullOwn = async (
  docker: Docker,
  address: string,
  { name, path, tag, digest: asked }: OwnImage,
  options: { auth?: string; signal?: AbortSignal },
): Promise<{ readonly digest: string; readonly reference: string }> => {
  const at = `${address}/${path}`
  const { auth, signal } = options
  const headers = auth === undefined ? {} : { headers: { "X-Registry-Auth": auth } }
  const look = () =>
    docker.request<Inspected>("GET", `/distribution/${at}:${tag}/json`, { ...headers, ...(signal && { signal }) })
  const digest = asked ?? (await look()).body.Descriptor.digest
  const reference = `${at}@${digest}`
  const known = await inspectImage(docker, reference)
  if (!known) await pullImage(docker, reference, options)
  if (asked !== undefined) return { digest, reference }
  const named = await inspectImage(docker, `${name}:${tag}`)
  if (!named || named.Id !== (known ?? (await inspectImage(docker, reference)))?.Id)
    await tagImage(docker, reference, { repository: name, tag })
  return { digest, reference }
}
