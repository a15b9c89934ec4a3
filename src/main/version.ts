// The version of this program, from its package.json: beside src/ in a checkout, beside dist/ in a package.
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const candidates = ["../package.json", "../../package.json"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

const read = (): string => {
  for (const path of candidates) {
    if (!existsSync(path)) continue
    const { name, version } = JSON.parse(readFileSync(path, "utf8")) as { name?: string; version?: string }
    if (name === "roadstead" && version) return version
  }
  throw new Error("package.json of roadstead is missing")
}

export const version: string = read()
