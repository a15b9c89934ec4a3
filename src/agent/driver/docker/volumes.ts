// Named volumes over Docker's API.
import { type Docker, hasStatus } from "../../../docker/index.ts"
import type { ContainerDriver } from "../../driver.ts"
import { translated } from "./errors.ts"

/** The calls about volumes. Making one that is there is no error, as with Docker. */
export const volumeCalls = (docker: Docker): Pick<ContainerDriver, "createVolume" | "removeVolume"> => ({
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
})
