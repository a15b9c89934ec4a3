// The image of pause containers: nothing but the pause program. Made on every engine that lacks it.
import { type Docker, importImage, inspectImage } from "../../docker/index.ts"
import { type Processor, pauseProgram } from "./pause-program.ts"
import { tar } from "./tar.ts"

const repository = "roadstead-pause"
/** Counted up when the program changes, so that an older image is never taken for it. */
const tag = "2"

/** The name of the pause image on every engine of ours. */
export const pauseImage = `${repository}:${tag}`

const processorOf = (dockerArch: string): Processor => {
  if (dockerArch === "amd64" || dockerArch === "x86_64") return "x64"
  if (dockerArch === "arm64" || dockerArch === "aarch64") return "arm64"
  throw new Error(`there is no pause program for the processor ${dockerArch}`)
}

/** Makes sure that the engine has the images that every task needs. */
export const ensureImages = async (docker: Docker): Promise<void> => {
  if (await inspectImage(docker, pauseImage)) return
  const { Arch } = await docker.version()
  const archive = tar([{ path: "pause", content: pauseProgram(processorOf(Arch)), executable: true }])
  // An import takes no STOPSIGNAL, so the program itself heeds SIGTERM.
  await importImage(docker, { repository, tag, tar: archive, changes: ['ENTRYPOINT ["/pause"]'] })
}
