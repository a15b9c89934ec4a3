// One life of the helper container: made, given our program, attached to and started; it ends when the attachment does.
// What it is allowed is decided here (docs/security.md says why); what it says is taken apart in helper.ts.
import { type Attachment, attachContainer, type Docker, hasStatus } from "../../docker/index.ts"
import { type Clock, errorFields, type Log } from "../../kernel/index.ts"
import { ownerLabel } from "../../protocol/index.ts"
import { type Launch, within } from "../hosts/child.ts"
import { type TarEntry, tar } from "../images/tar.ts"
import { helperNames } from "../names.ts"
import { encodeFrame, type Frame, frameReader, kinds } from "./frames.ts"
import { ensureHelperImage } from "./image.ts"

/** Our own program, as it is put into the container. */
export interface HelperProgram {
  readonly files: readonly TarEntry[]
  /** The path of the process to start, and what stands before it on Node's command line. */
  readonly command: readonly string[]
}

/** Where things are inside the container. */
export const inHelper = {
  dockerSocket: "/var/run/docker.sock",
  folder: "/var/lib/roadstead",
  cgroups: "/sys/fs/cgroup",
  /** Of the proxy: sockets, and what it carries, for its next life in the same container. */
  proxyFolder: "/run/roadstead",
} as const

interface EngineInfo {
  readonly OperatingSystem?: string
  readonly DockerRootDir?: string
}

const configOf = async (docker: Docker, owner: string, command: readonly string[]) => {
  const { image, node } = await ensureHelperImage(docker)
  const { body: info } = await docker.request<EngineInfo>("GET", "/info")
  // In Docker Desktop's machine the socket is where engines have it, whatever its path is here.
  const desktop = info.OperatingSystem === "Docker Desktop"
  const socket = desktop ? "/var/run/docker.sock" : docker.socketPath
  const logs = `${info.DockerRootDir ?? "/var/lib/docker"}/containers`
  return {
    Image: image,
    Entrypoint: [node],
    Cmd: command,
    // The next start finds the program compiled.
    Env: [`NODE_COMPILE_CACHE=${inHelper.folder}/compiled`],
    OpenStdin: true,
    // The end of our attachment is the end of its input, and by that it knows that we are gone.
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Labels: { [ownerLabel]: owner },
    HostConfig: {
      AutoRemove: true,
      // The engine's own: the gateways of our networks are addresses in there, and so are the ends of tasks' veths.
      NetworkMode: "host",
      UsernsMode: "host",
      // To find which veth is a task's, through /proc/<pid> of its pause container.
      PidMode: "host",
      CapAdd: ["NET_ADMIN"],
      SecurityOpt: ["label=disable"],
      LogConfig: { Type: "none", Config: {} },
      Binds: [
        `${socket}:${inHelper.dockerSocket}`,
        // Docker's log files, which only root can read there, at the path by which the engine calls them.
        `${logs}:${logs}:ro`,
        `${inHelper.cgroups}:${inHelper.cgroups}`,
        `${helperNames(owner).volume}:${inHelper.folder}`,
      ],
    },
  }
}

/** Removes a helper, whoever started it, and resolves when it is gone; does nothing when there is none. */
export const removeHelper = async (docker: Docker, nameOrId: string): Promise<void> => {
  try {
    await docker.request("DELETE", `/containers/${nameOrId}`, { query: { force: true } })
  } catch (error) {
    if (hasStatus(error, 404)) return
    // 409: it is being removed already.
    if (!hasStatus(error, 409)) throw error
  }
  try {
    await docker.request("POST", `/containers/${nameOrId}/wait`, { query: { condition: "removed" } })
  } catch (error) {
    if (!hasStatus(error, 404)) throw error
  }
}

/** Makes the container with our program in it; it does not run yet. */
export const createHelper = async (
  docker: Docker,
  options: { owner: string; program: HelperProgram; name: string },
): Promise<string> => {
  const { owner, program, name } = options
  await removeHelper(docker, name)
  const { volume } = helperNames(owner)
  await docker.request("POST", "/volumes/create", { body: { Name: volume, Labels: { [ownerLabel]: owner } } })
  const body = await configOf(docker, owner, program.command)
  const made = await docker.request<{ Id: string }>("POST", "/containers/create", { query: { name }, body })
  const id = made.body.Id
  await docker.request("PUT", `/containers/${id}/archive`, { query: { path: "/" }, body: tar(program.files) })
  return id
}

export interface HelperLife {
  readonly docker: Docker
  readonly owner: string
  readonly program: () => HelperProgram
  /** Frames that are not messages. */
  readonly frame: (frame: Frame) => void
  readonly clock: Clock
  readonly log: Log
}

/** Starts the container. Messages are JSON; `sendFrame` is for what is not. */
export const helperLaunch = (options: HelperLife) => {
  let current: Attachment | undefined
  const launch: Launch = ({ heard, over }) => {
    const { docker, owner, clock, log } = options
    const gone = Promise.withResolvers<void>()
    let ended = false
    let attachment: Attachment | undefined
    const end = (reason: string) => {
      if (!ended && attachment) {
        if (current === attachment) current = undefined
        attachment.close()
      }
      ended = true
      over(reason)
      gone.resolve()
    }
    const take = frameReader((frame) => {
      if (frame.kind !== kinds.message) return options.frame(frame)
      heard(JSON.parse(frame.payload.toString("utf8")))
    })
    const output = (bytes: Buffer) => {
      try {
        take(bytes)
      } catch (error) {
        end(`the helper container cannot be understood: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    const begin = async () => {
      const { container } = helperNames(owner)
      const id = await createHelper(docker, { owner, program: options.program(), name: container })
      attachment = await attachContainer(docker, id, {
        output,
        errors: (bytes) => void process.stderr.write(bytes),
        end: () => end("the helper container ended"),
      })
      current = attachment
      await docker.request("POST", `/containers/${id}/start`)
      return id
    }
    const begun = begin()
    begun.catch((error: unknown) =>
      end(`the helper container could not be started: ${error instanceof Error ? error.message : String(error)}`),
    )
    return {
      send(message) {
        attachment?.write(encodeFrame(kinds.message, 0, Buffer.from(JSON.stringify(message))))
      },
      async end() {
        const id = await begun.catch(() => undefined)
        if (id === undefined) return
        const force = () =>
          void removeHelper(docker, id).catch((error: unknown) =>
            log.warn("the helper container could not be removed", errorFields(error)),
          )
        // It ends by itself when its input does; with its own end the attachment's comes.
        attachment?.write(encodeFrame(kinds.message, 0, Buffer.from('{"type":"end"}')))
        await within(clock, gone.promise, force)
        await removeHelper(docker, id)
      },
    }
  }
  const sendFrame = (kind: Frame["kind"], id: number, payload?: Uint8Array) =>
    current?.write(encodeFrame(kind, id, payload))
  return { launch, sendFrame }
}
