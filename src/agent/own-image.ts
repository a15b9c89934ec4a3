// References to images of Roadstead's own registry. Pure.

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
