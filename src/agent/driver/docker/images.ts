// Images for the driver: looked at, pulled, or copied from another engine of this machine that has them.
import { copyImage, type Docker, DockerError, inspectImage, pullImage } from "../../../docker/index.ts"
import type { Log } from "../../../kernel/index.ts"
import type { ContainerDriver, ImageInfo } from "../../driver.ts"
import { DriverError } from "../../driver.ts"
import { ownImage } from "../../own-image.ts"
import { translated } from "./errors.ts"
import { pullOwn } from "./own-registry.ts"

/** Without tag and digest, and without what Docker adds to names of its own hub. */
const repositoryOf = (reference: string): string => {
  const [name = ""] = reference.split("@")
  const tag = name.indexOf(":", name.lastIndexOf("/") + 1)
  return (tag < 0 ? name : name.slice(0, tag)).replace(/^(index\.)?docker\.io\/(library\/)?/, "")
}

/**
 * The digest of the image in the repository that the reference names. That a registry has the same image under another name
 * (it was pulled, and then given this one) says nothing of this repository.
 */
const digestOf = (digests: readonly string[], reference: string): string | undefined => {
  const own = ownImage(reference)
  const isSame = (entry: string) =>
    own ? repositoryOf(entry).endsWith(`/${own.path}`) : repositoryOf(entry) === repositoryOf(reference)
  return digests.find(isSame)?.split("@")[1]
}

/** The calls about images. `source` is the engine that images are copied from when it has them, `make` makes those that no registry has. */
export const imageCalls = ({
  docker,
  source,
  make,
  registry,
  log,
}: {
  docker: Docker
  source?: Docker
  make?: (docker: Docker, reference: string) => Promise<boolean>
  /** The address at which the engine reaches our own registry. */
  registry?: string
  log: Log
}): Pick<ContainerDriver, "image" | "pull"> => {
  const image = (reference: string): Promise<ImageInfo | undefined> =>
    translated("other", async () => {
      const found = await inspectImage(docker, reference)
      if (!found) return undefined
      const digest = digestOf(found.RepoDigests ?? [], reference)
      const variables = (found.Config?.Env ?? []).map((entry) => entry.split("=", 1)[0] ?? "")
      return { id: found.Id, variables, ...(digest && { digest }) }
    })
  const copied = async (reference: string): Promise<boolean> => {
    if (!source) return false
    try {
      if (!(await inspectImage(source, reference))) return false
      await copyImage(source, docker, reference)
      return true
    } catch (error) {
      // The registry may still have it; its answer is the one that the user should see.
      if (!(error instanceof DockerError)) throw error
      log.warn("Could not copy an image from the host's engine", { image: reference, error: error.message })
      return false
    }
  }
  return {
    image,
    async pull(reference, { auth, signal }) {
      const own = registry === undefined ? undefined : ownImage(reference)
      if (own && registry !== undefined) {
        const options = { ...(auth && { auth }), ...(signal && { signal }) }
        const pulled = await translated("pull-failed", () => pullOwn(docker, registry, own, options))
        const info = await image(pulled.reference)
        if (!info) throw new DriverError("pull-not-found", `No such image: ${reference}`)
        return { ...info, digest: pulled.digest }
      }
      if (!(await make?.(docker, reference)) && !(await copied(reference))) {
        const options = { ...(auth && { auth }), ...(signal && { signal }) }
        await translated("pull-failed", () => pullImage(docker, reference, options))
      }
      const info = await image(reference)
      if (!info) throw new DriverError("pull-not-found", `No such image: ${reference}`)
      return info
    },
  }
}
