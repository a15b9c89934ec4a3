// A container instance for live tests: our agent, in this process, on the engine of the test, as a member of a user's
// cluster; and looking into the containers that it runs. The test's namespace owns 169.254.170.2 then, so the Roadstead
// that it joins is started with simulated Fargate hosts, which need no such address.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { type Agent, startAgent } from "../../src/agent/index.ts"
import type { Docker } from "../../src/docker/index.ts"
import { newIds, silentLog } from "../../src/kernel/index.ts"
import { pauseImage } from "../../src/machines/index.ts"
import { link } from "../../src/protocol/index.ts"
import type { TestEngine } from "./namespace.ts"
import { realClock } from "./real-clock.ts"
import { owner } from "./task-host.ts"

export interface InstanceOptions {
  /** Where the APIs are. */
  readonly endpoint: string
  readonly engine: TestEngine
  /** Of the agent's own, with its instance's root folder below. */
  readonly folder: string
  readonly cluster?: string
}

/** The folder of an instance in which host paths of its tasks are. */
export const hostRootOf = (folder: string): string => join(folder, "root")

/** Joins; resolves when the instance is registered and connected. The engine must be prepared (task-host.ts). */
export const joinInstance = async (options: InstanceOptions): Promise<Agent> => {
  const { engine } = options
  const hostRoot = hostRootOf(options.folder)
  mkdirSync(hostRoot, { recursive: true })
  return startAgent({
    dataFolder: options.folder,
    cluster: options.cluster ?? "default",
    region: "us-east-1",
    endpoint: options.endpoint,
    credentials: { accessKeyId: "000000000000", secretAccessKey: "test" },
    accountKey: true,
    engine: { kind: "docker", socketPath: engine.socketPath, pauseImage, cgroup: `${engine.cgroup}/instance` },
    owner,
    machineId: "i-test",
    metadata: { host: link.address, port: 80 },
    log: silentLog,
    wallClock: realClock,
    ids: newIds((bytes) => crypto.getRandomValues(bytes)),
    hostRoot,
    architecture: process.arch === "arm64" ? "arm64" : "x86_64",
  })
}

/** What a line of shell prints in a container, with what it says on stderr; without the blanks around it. */
export const inside = async (docker: Docker, container: string, line: string): Promise<string> => {
  const { body } = await docker.request<{ Id: string }>("POST", `/containers/${container}/exec`, {
    // A terminal, because its output comes without Docker's frames.
    body: { AttachStdout: true, AttachStderr: true, Tty: true, Cmd: ["/bin/sh", "-c", line] },
  })
  const answer = await docker.request<string>("POST", `/exec/${body.Id}/start`, { body: { Detach: false, Tty: true } })
  return String(answer.body).replaceAll("\r\n", "\n").trim()
}
