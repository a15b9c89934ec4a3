// What Docker's answers mean to the task engine: status and text become a DriverError's code. Texts are Docker's own.
import { DockerError } from "../../../docker/index.ts"
import { DriverError, type DriverErrorCode } from "../../driver.ts"

/** Runs `call`; a {@link DockerError} comes out as a {@link DriverError}, of code `fallback` when nothing else fits. */
export const translated = async <T>(fallback: DriverErrorCode, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    throw error instanceof DockerError ? translate(error, fallback) : error
  }
}

const translate = (error: DockerError, fallback: DriverErrorCode): DriverError => {
  if (error.status === 0) {
    if (error.code === "ABORT_ERR") return new DriverError("other", error.message)
    return new DriverError("unavailable", error.message, true)
  }
  if (fallback === "pull-failed") return pullError(error.message)
  if (error.status === 404 && /no such (container|network|volume)/i.test(error.message)) {
    return new DriverError("not-found", error.message)
  }
  if (error.status === 409) return new DriverError("conflict", error.message)
  return new DriverError(fallback, error.message)
}

// A registry's refusals stay refusals; all that a network does to a pull may be over in a moment.
const notFound =
  /manifest( for .*)? (not found|unknown)|manifest unknown|name unknown|repository .* not found|no matching manifest/i
const denied = /denied|unauthorized|no basic auth credentials|authentication required|forbidden/i
const malformed = /invalid reference format|invalid checksum digest|no space left on device/i

const pullError = (message: string): DriverError => {
  if (denied.test(message)) return new DriverError("pull-denied", message)
  if (notFound.test(message)) return new DriverError("pull-not-found", message)
  return new DriverError("pull-failed", message, !malformed.test(message))
}
