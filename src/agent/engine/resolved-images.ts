// Tags that stand for one image throughout a task: the first container that pulls a tag resolves it, and those that name it
// as well get the same image, however the tag moves meanwhile. Not for containers with versionConsistency disabled.
import type { ContainerDriver, ImageInfo } from "../driver.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { readPlace } from "./attachment.ts"

/** Another container that names the same image, when the two are to have the same. */
const siblings = (task: TaskSnapshot, { name, definition }: ContainerSnapshot): readonly ContainerSnapshot[] => {
  const unresolved = readPlace(task.definition).unresolvedImages
  if (unresolved.has(name)) return []
  return task.containers.filter(
    (one) => one.name !== name && one.definition.image === definition.image && !unresolved.has(one.name),
  )
}

/** What the tag was resolved to for another container of the task, if it was. */
export const resolvedBefore = async (
  driver: Pick<ContainerDriver, "image">,
  task: TaskSnapshot,
  container: ContainerSnapshot,
): Promise<ImageInfo | undefined> => {
  const first = siblings(task, container).find((one) => one.imageId !== undefined)
  const found = first?.imageId === undefined ? undefined : await driver.image(first.imageId)
  return found && { ...found, ...(first?.imageDigest !== undefined && { digest: first.imageDigest }) }
}

/**
 * By what Docker is asked to make a container: its tag, or the image that the tag stood for when that is another now. A digest
 * of our own registry is no name that the engine knows (docs/decisions/0017).
 */
export const referenceOf = async (
  driver: Pick<ContainerDriver, "image">,
  task: TaskSnapshot,
  container: ContainerSnapshot,
): Promise<string> => {
  const { image } = container.definition
  if (container.imageId === undefined || (siblings(task, container).length === 0 && !image.includes("@"))) return image
  return (await driver.image(image))?.id === container.imageId ? image : container.imageId
}
