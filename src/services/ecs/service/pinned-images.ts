// The images of a service revision by their digests: the first task that resolves a tag decides for all that are started of
// the revision after it, however the tag moves. Source: aws-behaviour.md 2.1 ("Image digests"),
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability
import type { Cx } from "../../../gate/index.ts"
import type { ServiceRevisionRow, TaskRow, View } from "../../../state/index.ts"
import { type ContainerBody, containersOf } from "../definition/definition.ts"

const digestForm = /^sha256:[0-9a-f]{64}$/

/** Images that a revision holds on to: not those named by their digest, nor where it is not wished for. */
const isHeld = ({ image = "", versionConsistency }: ContainerBody): boolean =>
  versionConsistency !== "disabled" && !image.includes("@")

const heldContainers = (view: View, revision: ServiceRevisionRow): readonly ContainerBody[] => {
  const definition = view.taskDefinitions.get(revision.taskDefinitionArn)?.definition
  return definition ? containersOf(definition).filter(isHeld) : []
}

/** Tasks that were started of the revision and are still known. */
const tasksOf = (view: View, { arn, serviceArn }: ServiceRevisionRow): readonly TaskRow[] => {
  const ids = new Set(
    [...view.deployments.by("service", serviceArn), ...view.taskSets.by("service", serviceArn)]
      .filter(({ revisionArn }) => revisionArn === arn)
      .map(({ id }) => id),
  )
  return view.tasks.by("serving", serviceArn).filter((task) => ids.has(task.startedBy ?? ""))
}

/** Digests by container: those that are written down, and what tasks have got since. */
export const digestsOf = (view: View, revision: ServiceRevisionRow): Readonly<Record<string, string>> => {
  const { images = {} } = revision
  const open = heldContainers(view, revision).filter(({ name = "" }) => images[name] === undefined)
  if (open.length === 0) return images
  const tasks = tasksOf(view, revision)
  const found = open.flatMap(({ name = "" }) => {
    const digests = tasks.map((task) => task.observed.containers[name]?.imageDigest)
    const digest = digests.find((one) => one !== undefined)
    return digest === undefined ? [] : [[name, digest] as const]
  })
  return { ...images, ...Object.fromEntries(found) }
}

/** Writes the digests down that are known by now, so that they outlive the tasks. */
export const keepDigests = (cx: Cx, revision: ServiceRevisionRow): ServiceRevisionRow => {
  const images = digestsOf(cx.tx, revision)
  const isNews = Object.keys(images).length > Object.keys(revision.images ?? {}).length
  return isNews ? cx.tx.serviceRevisions.patch(revision.arn, { images }) : revision
}

/** `<repository>:<tag>` as `<repository>@<digest>`. A registry may have a port. */
const byDigest = (image: string, digest: string): string => {
  const tag = image.indexOf(":", image.lastIndexOf("/") + 1)
  return `${tag < 0 ? image : image.slice(0, tag)}@${digest}`
}

/** What an agent is to run instead of the tags, by container. */
export const pinsOf = (view: View, revision: ServiceRevisionRow): ReadonlyMap<string, string> =>
  new Map(
    heldContainers(view, revision).flatMap(({ name = "", image = "" }) => {
      const digest = revision.images?.[name]
      return digest !== undefined && digestForm.test(digest) ? [[name, byDigest(image, digest)] as const] : []
    }),
  )
