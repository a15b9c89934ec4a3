// Images of Roadstead's own registry. Their names (`<account>.dkr.ecr.<region>.localhost:4566/…`) resolve on few machines, so
// the engine pulls them from an address, by digest, and gives them their name afterwards (docs/decisions/0017). By digest,
// because a tag under the address is the user's own, who may have something else there that he has not pushed yet.
import { type Docker, inspectImage, pullImage, tagImage } from "../../../docker/index.ts"
import type { OwnImage } from "../../own-image.ts"

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
  // Asked also for what the engine has: it says whether this login may pull it.
  const wanted = asked === undefined ? `${at}:${tag}` : `${at}@${asked}`
  const { body } = await docker.request<Inspected>("GET", `/distribution/${wanted}/json`, {
    ...headers,
    ...(signal && { signal }),
  })
  const { digest } = body.Descriptor
  const reference = `${at}@${digest}`
  const known = await inspectImage(docker, reference)
  if (!known) await pullImage(docker, reference, options)
  if (asked !== undefined) return { digest, reference }
  const named = await inspectImage(docker, `${name}:${tag}`)
  if (!named || named.Id !== (known ?? (await inspectImage(docker, reference)))?.Id)
    await tagImage(docker, reference, { repository: name, tag })
  return { digest, reference }
}
