// Named volumes over Docker's API, and paths of the host below an instance's own root.
import { lstat, mkdir } from "node:fs/promises"
import { join, normalize } from "node:path/posix"
import { type Docker, hasStatus } from "../../../docker/index.ts"
import { type ContainerDriver, DriverError } from "../../driver.ts"
import { translated } from "./errors.ts"

interface DockerVolume {
  readonly Driver: string
  readonly Options: Readonly<Record<string, string>> | null
  readonly Labels: Readonly<Record<string, string>> | null
}

/** The calls about volumes. Making one that is there is no error, as with Docker. */
export const volumeCalls = (
  docker: Docker,
): Pick<ContainerDriver, "createVolume" | "removeVolume" | "volume" | "hostPath"> => ({
  createVolume: (name, { driver, driverOpts, labels }) =>
    translated("cannot-create", async () => {
      const body = {
        Name: name,
        Labels: labels,
        ...(driver && { Driver: driver }),
        ...(driverOpts && { DriverOpts: driverOpts }),
      }
      await docker.request("POST", "/volumes/create", { body })
    }),
  removeVolume: (name) =>
    translated("other", async () => {
      try {
        await docker.request("DELETE", `/volumes/${name}`)
      } catch (error) {
        if (!hasStatus(error, 404)) throw error
      }
    }),
  volume: (name) =>
    translated("other", async () => {
      try {
        const { body } = await docker.request<DockerVolume>("GET", `/volumes/${name}`)
        return { driver: body.Driver, driverOpts: body.Options ?? {}, labels: body.Labels ?? {} }
      } catch (error) {
        if (hasStatus(error, 404)) return undefined
        throw error
      }
    }),
  async hostPath(root, path) {
    // Dots are taken out before the root is put in front, so that no path leaves it.
    const parts = normalize(`/${path}`)
      .split("/")
      .filter((part) => part !== "")
    await mkdir(root, { recursive: true })
    let whole = root
    for (const part of parts) {
      whole = join(whole, part)
      const found = await lstat(whole).catch(() => undefined)
      // A task that can write there could lead the next one anywhere on the machine.
      if (found?.isSymbolicLink())
        throw new DriverError("cannot-create", `the host path ${path} leads over a symbolic link`)
      if (!found) await mkdir(whole)
    }
    return whole
  },
})
