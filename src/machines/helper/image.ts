// The image of the helper container: Node with its libraries, made from this machine; or a published one where this
// machine's Node cannot run on the engine. The program is not in it: it is copied into the container.
import { existsSync, readFileSync, statSync } from "node:fs"
import { type Docker, hasStatus, importImage, inspectImage, pullImage } from "../../docker/index.ts"
import { librariesOf } from "../images/libraries.ts"
import { skeleton } from "../images/skeleton.ts"
import { tar } from "../images/tar.ts"
import { digest } from "../names.ts"

const repository = "roadstead-helper"
/** Counted up when what is put into the image changes. */
const form = "2"
/** Where this machine's own Node is of no use: a Mac, or an engine with another processor. */
const published = "docker.io/library/node:24-slim"

const processors: Readonly<Record<string, string>> = { amd64: "x64", x86_64: "x64", arm64: "arm64", aarch64: "arm64" }

/** A program of iproute2. */
const iproute = (name: string): string | undefined =>
  ["/sbin", "/usr/sbin", "/bin", "/usr/bin"].map((folder) => `${folder}/${name}`).find((path) => existsSync(path))

/** It sets a bridge's port apart where the mounted sysfs is of another network namespace. */
export const bridgeProgram = (): string | undefined => iproute("bridge")

/** It puts addresses of load balancers on bridges. */
export const ipProgram = (): string | undefined => iproute("ip")

/** Whether the Node that runs this can run in a container of an engine with this processor (Docker's name for it). */
export const canRunOurNode = (processor: string): boolean =>
  process.platform === "linux" && processors[processor] === process.arch

/** Makes sure that the engine has the image, and answers its name and the path of Node in it. */
export const ensureHelperImage = async (docker: Docker): Promise<{ image: string; node: string }> => {
  const { Arch } = await docker.version()
  if (!canRunOurNode(Arch)) {
    if (!(await inspectImage(docker, published))) await pullImage(docker, published)
    return { image: published, node: "/usr/local/bin/node" }
  }
  const node = process.execPath
  const bridge = bridgeProgram()
  const ip = ipProgram()
  const content = [form, process.version, process.arch, statSync(node).size, bridge ?? "none", ip ?? "none"].join(" ")
  const tag = digest(content, 10)
  const image = `${repository}:${tag}`
  if (!(await inspectImage(docker, image))) {
    const programs = [
      ["usr/bin/node", node] as const,
      ...(bridge ? [["usr/sbin/bridge", bridge] as const] : []),
      ...(ip ? [["usr/sbin/ip", ip] as const] : []),
    ]
    const files = programs.map(([path, from]) => ({ path, content: readFileSync(from), executable: true }))
    const libraries = (await Promise.all(programs.map(([, from]) => librariesOf(from)))).flat()
    const once = [...new Map(libraries.map((entry) => [entry.path, entry])).values()]
    await importImage(docker, { repository, tag, tar: tar([...skeleton, ...files, ...once]) })
  }
  return { image, node: "/usr/bin/node" }
}

/** Removes the images that were made for helpers; one that another user's helper runs on stays. */
export const removeHelperImages = async (docker: Docker): Promise<void> => {
  const query = { filters: { reference: [repository] } }
  const { body } = await docker.request<{ RepoTags: string[] | null }[]>("GET", "/images/json", { query })
  for (const name of body.flatMap(({ RepoTags }) => RepoTags ?? [])) {
    try {
      await docker.request("DELETE", `/images/${name}`)
    } catch (error) {
      if (!hasStatus(error, 404) && !hasStatus(error, 409)) throw error
    }
  }
}
