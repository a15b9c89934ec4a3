// Names of what we make outside Docker, and of the helper container. All are short, because they become parts of socket paths and device names, and
// hold a digest of the owner, so that two data folders on one machine never meet.
import { createHash } from "node:crypto"
import { join } from "node:path"

/** The first `length` hexadecimal digits of a text's SHA-256. */
export const digest = (text: string, length: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length)

/** The cgroup that all groups of an owner are under. */
export const ownerCgroup = (owner: string): string => `/roadstead-${digest(owner, 10)}`

/** Docker's names of the helper container and of the volume in which its agent keeps what must survive. */
export const helperNames = (owner: string) => {
  const short = digest(owner, 10)
  return { container: `roadstead-helper-${short}`, volume: `roadstead-agent-${short}` }
}

/** Names and folders of the machine apart with this id. */
export const apartNames = (cx: { owner: string; runFolder: string; dataFolder: string }, machineId: string) => {
  const short = digest(`${cx.owner} ${machineId}`, 10)
  return {
    namespace: `roadstead-${short}`,
    daemon: `machine:${machineId}`,
    runFolder: join(cx.runFolder, "m", short),
    dataFolder: join(cx.dataFolder, "machines", short),
    agentFolder: join(cx.dataFolder, "machines", short, "agent"),
    cgroup: `${ownerCgroup(cx.owner)}/${short}`,
  }
}

/** The folders of an EC2 instance: its agent's own, and what its tasks see as the root of their host. */
export const instanceFolders = ({ agentFolder, dataFolder }: ReturnType<typeof apartNames>) => ({
  agent: agentFolder,
  root: join(dataFolder, "root"),
})

/** The machine whose daemon this is; undefined for the private engine of the machine itself. */
export const machineOfDaemon = (daemonName: string): string | undefined =>
  daemonName.startsWith("machine:") ? daemonName.slice("machine:".length) : undefined

/** Names and folders of the private engine. */
export const privateEngineNames = (cx: { owner: string; runFolder: string; dataFolder: string }) => ({
  name: "engine",
  runFolder: join(cx.runFolder, "e"),
  dataFolder: join(cx.dataFolder, "engine"),
  cgroup: `${ownerCgroup(cx.owner)}/engine`,
})
