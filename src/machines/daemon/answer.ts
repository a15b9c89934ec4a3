// Whether something answers as a Docker engine on a unix socket, and if not, why. Used before there is an engine to
// talk to; everything after that goes through the Docker client.
import { request } from "node:http"

/** What a socket said to `GET /version`. */
export type Answer =
  | { readonly kind: "engine"; readonly version: string; readonly apiVersion: string }
  | {
      readonly kind: "silent"
      readonly why: "missing" | "refused" | "not-permitted" | "not-docker"
      readonly detail: string
    }

const whyOf = (code: string | undefined): "missing" | "refused" | "not-permitted" | "not-docker" => {
  if (code === "ENOENT" || code === "ENOTDIR") return "missing"
  if (code === "EACCES" || code === "EPERM") return "not-permitted"
  if (code === "ECONNREFUSED") return "refused"
  return "not-docker"
}

/** Longer than any engine takes that is not hung. */
const patience = 10_000

/** Asks a unix socket for its engine's version. Never throws. */
export const askEngine = (socketPath: string): Promise<Answer> =>
  new Promise((resolve) => {
    const silent = (why: Extract<Answer, { kind: "silent" }>["why"], detail: string) =>
      resolve({ kind: "silent", why, detail })
    const call = request({ socketPath, path: "/version", timeout: patience }, (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", (error) => silent("not-docker", error.message))
      response.on("end", () => {
        const version = readVersion(Buffer.concat(chunks).toString("utf8"))
        if (response.statusCode === 200 && version) resolve({ kind: "engine", ...version })
        else silent("not-docker", `answered ${response.statusCode} to GET /version`)
      })
    })
    call.on("timeout", () => call.destroy(new Error("no answer in time")))
    call.on("error", (error: NodeJS.ErrnoException) => silent(whyOf(error.code), error.message))
    call.end()
  })

const readVersion = (text: string): { version: string; apiVersion: string } | undefined => {
  try {
    const { Version, ApiVersion } = JSON.parse(text) as { Version?: unknown; ApiVersion?: unknown }
    return typeof Version === "string" && typeof ApiVersion === "string"
      ? { version: Version, apiVersion: ApiVersion }
      : undefined
  } catch {
    return undefined
  }
}
