// Docker's `tag` option: the name of a log stream that the options do not name otherwise. Pure.
import type { ContainerSnapshot } from "../../types.ts"

/** Docker's own default for awslogs. */
const defaultTag = "{{.FullID}}"
/** As many digits of an id as Docker shows. */
const shortId = 12

type Value = (container: ContainerSnapshot) => string | undefined

const imageId: Value = ({ imageId: id }) => id?.replace(/^sha256:/, "")

const values: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["ID", ({ runtimeId }) => runtimeId?.slice(0, shortId)],
  ["FullID", ({ runtimeId }) => runtimeId],
  ["Name", ({ runtimeName }) => runtimeName],
  ["FullName", ({ runtimeName }) => runtimeName && `/${runtimeName}`],
  ["ImageID", (container) => imageId(container)?.slice(0, shortId)],
  ["ImageFullID", ({ imageId: id }) => id],
  ["ImageName", ({ definition }) => definition.image],
  ["DaemonName", () => "docker"],
])

const action = /\{\{\s*(.*?)\s*\}\}/gs

/** The stream's name; undefined while what it is made of is not known. */
export const renderTag = (tag: string | undefined, container: ContainerSnapshot): string | undefined => {
  let complete = true
  const name = (tag || defaultTag).replaceAll(action, (_, inner: string) => {
    const value = values.get(inner.slice(1))?.(container)
    complete &&= value !== undefined
    return value ?? ""
  })
  return complete ? name : undefined
}

/** The first action of a tag that is more than one of Docker's names: the rest of Go's templates is not had here. */
export const unknownAction = (tag: string): string | undefined => {
  for (const [whole, inner = ""] of tag.matchAll(action))
    if (!inner.startsWith(".") || !values.has(inner.slice(1))) return whole
  return undefined
}
