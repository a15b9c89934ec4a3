// A table of what is to be seen of a task: a parameter of its definition, where one looks, and what must be there. Each
// row is a test of its own, and the table of what was seen is printed when all have been looked at.
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { Task } from "@aws-sdk/client-ecs"
import type { Docker } from "../../src/docker/index.ts"
import { inside } from "./live-instance.ts"

/** What rows look at. */
export interface Seen {
  readonly docker: Docker
  /** The task as DescribeTasks shows it while it runs. */
  readonly task: Task
}

export interface Row {
  readonly parameter: string
  /** The container in which a line of shell is run, or a look at something that no shell in a container sees. */
  readonly look: readonly [container: string, line: string] | ((seen: Seen) => Promise<unknown>)
  /** All of what must be seen, or a part of it. */
  readonly expect: string | RegExp
}

/** A container of the task as DescribeTasks shows it. */
export const containerOf = ({ task }: Pick<Seen, "task">, name: string) => {
  const found = task.containers?.find((one) => one.name === name)
  assert.ok(found, `a container ${name} in ${task.taskArn}`)
  return found
}

/** What Docker says of a container of the task. */
export const inspect = async (seen: Seen, name: string): Promise<DockerView> =>
  (await seen.docker.request<DockerView>("GET", `/containers/${containerOf(seen, name).runtimeId}/json`)).body

interface DockerView {
  readonly Config: Readonly<Record<string, unknown>>
  readonly HostConfig: Readonly<Record<string, unknown>>
  readonly State: Readonly<Record<string, unknown>>
}

/** A JSON document that a container gets from its metadata endpoint. */
export const metadata = async (seen: Seen, container: string, path: string, version: "V4" | "" = "V4") => {
  const uri = version === "V4" ? "ECS_CONTAINER_METADATA_URI_V4" : "ECS_CONTAINER_METADATA_URI"
  return JSON.parse(await inContainer(seen, container, `wget -q -O - "$${uri}${path}"`)) as Record<string, unknown>
}

/** What a line of shell prints in a container of the task. */
export const inContainer = (seen: Seen, container: string, line: string): Promise<string> =>
  inside(seen.docker, containerOf(seen, container).runtimeId ?? "", line)

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value)) ?? "nothing"

/** Registers a test for each row. `seen` is asked for when the first one runs. */
export const tableTests = (title: string, seen: () => Seen, rows: readonly Row[]): void => {
  const lines: string[] = []
  for (const { parameter, look, expect } of rows) {
    test(`${parameter}`, async () => {
      const found = text(typeof look === "function" ? await look(seen()) : await inContainer(seen(), ...look))
      lines.push(
        `${parameter} | ${typeof look === "function" ? "Docker, API" : look.join(": ")} | ${JSON.stringify(found)}`,
      )
      if (typeof expect === "string") assert.equal(found, expect)
      else assert.match(found, expect)
    })
  }
  after(() => console.log([`${title}: parameter | where | seen`, ...lines].join("\n")))
}

/** Reads a file of a container's cgroup, under version 1 or 2. */
export const cgroup = (one: string, two: string): string =>
  `cat /sys/fs/cgroup/${one} 2>/dev/null || cat /sys/fs/cgroup/${two}`
