// The paths of the metadata endpoint, versions 1 to 4, and the texts of their refusals as ECS's agent has them.
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { type Answer, type Ask, type MetadataParts, ok } from "./answer.ts"
import { containerAnswer } from "./containers.ts"
import { credentialsAnswer } from "./credentials.ts"
import { containerFor, taskOf } from "./lookup.ts"
import { protectionAnswer } from "./protection.ts"
import { containerStats, taskStats } from "./stats.ts"
import { tagsOf, taskAnswer } from "./tasks.ts"

type Found = { readonly task: TaskSnapshot; readonly container: ContainerSnapshot }

/** Answers a request; undefined for a path that does not exist. */
export const answer = async (parts: MetadataParts, ask: Ask): Promise<Answer | undefined> => {
  const [version = "", ...rest] = ask.path.replace(/^\/+/, "").split("/")
  if (version === "api") return api(parts, ask, rest)
  if (ask.method !== "GET" && ask.method !== "HEAD") return { status: 405, body: "Method not allowed" }
  switch (version) {
    case "v4":
      return byId(parts, ask, 4, rest)
    case "v3":
      return byId(parts, ask, 3, rest)
    case "v2":
      return v2(parts, ask, rest)
    case "v1":
      if (rest[0] !== "credentials") return undefined
      return credentialsAnswer(parts, ask.query.get("id") ?? "", ask.source, 1)
    default:
      return undefined
  }
}

/** `/v3/<id>…` and `/v4/<id>…`. */
const byId = async (
  parts: MetadataParts,
  ask: Ask,
  version: 3 | 4,
  [id = "", ...rest]: readonly string[],
): Promise<Answer | undefined> => {
  const found = containerFor(parts.engine, id, ask.source)
  const noContainer = (handler: string) =>
    unknownId(
      version,
      handler,
      `unable to get container ID from request: unable to get docker ID from v3 endpoint ID: ${id}`,
    )
  const noTask = (handler: string) =>
    unknownId(
      version,
      handler,
      `unable to get task arn from request: unable to get task Arn from v3 endpoint ID: ${id}`,
    )
  switch (rest.join("/").replace(/\/$/, "")) {
    case "":
      return found
        ? ok(containerAnswer(found.task, found.container, version))
        : noContainer("container metadata handler")
    case "task":
      return found ? ok(taskAnswer(found.task, parts, version)) : noTask("task metadata handler")
    case "taskWithTags":
      return found ? withTags(parts, found.task, version) : noTask("task metadata handler")
    case "stats":
      return found ? statsAnswer(parts, found, version) : noTask("container handler")
    case "task/stats":
      return found ? ok(await taskStats(found.task, parts.stats, version)) : noTask("task stats handler")
    default:
      return undefined
  }
}

// Version 4 says that nothing is there, version 3 calls it an error of its own.
const unknownId = (version: 3 | 4, handler: string, why: string): Answer => ({
  status: version === 4 ? 404 : 500,
  body: `V${version} ${handler}: ${why}`,
})

const statsAnswer = async (parts: MetadataParts, { task, container }: Found, version: 2 | 3 | 4): Promise<Answer> => {
  const stats = await containerStats(task, container, parts.stats, version)
  return stats
    ? ok(stats)
    : { status: 500, body: `Unable to get container stats for: ${container.runtimeId ?? container.name}` }
}

const withTags = async (parts: MetadataParts, task: TaskSnapshot, version: 2 | 3 | 4): Promise<Answer> =>
  ok(taskAnswer(task, parts, version, await tagsOf(task, parts.ecs, parts.containerInstanceArn())))

/** `/v2/…`: who asks is told by the address. */
const v2 = async (
  parts: MetadataParts,
  ask: Ask,
  [what = "", id = ""]: readonly string[],
): Promise<Answer | undefined> => {
  if (what === "credentials") return credentialsAnswer(parts, id, ask.source, 2)
  if (what !== "metadata" && what !== "metadataWithTags" && what !== "stats") return undefined
  const task = taskOf(parts.engine, ask.source)
  if (!task)
    return { status: 400, body: `Unable to get task arn from request: unable to associate '${ask.source}' with task` }
  if (what === "metadataWithTags" && id === "") return withTags(parts, task, 2)
  if (id === "") return ok(what === "stats" ? await taskStats(task, parts.stats, 2) : taskAnswer(task, parts, 2))
  const container = task.containers.find((c) => c.runtimeId === id)
  if (!container) return { status: 500, body: `Unable to generate metadata for container '${id}'` }
  return what === "stats" ? statsAnswer(parts, { task, container }, 2) : ok(containerAnswer(task, container, 2))
}

/** `/api/<id>/task-protection/v1/state`: what `ECS_AGENT_URI` is for. */
const api = async (
  parts: MetadataParts,
  ask: Ask,
  [id = "", ...rest]: readonly string[],
): Promise<Answer | undefined> => {
  if (rest.join("/") !== "task-protection/v1/state") return undefined
  if (ask.method !== "GET" && ask.method !== "PUT") return { status: 405, body: "Method not allowed" }
  return protectionAnswer(parts, containerFor(parts.engine, id, ask.source)?.task, ask)
}
