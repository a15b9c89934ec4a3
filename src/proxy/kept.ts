// The last configuration on disk, so that a proxy that was started anew carries traffic before the control plane is there.
// It holds private keys: the run folder lets only its owner in, and so does the file.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import type { ProxyConfiguration } from "../protocol/index.ts"

/** What was kept; undefined when there is nothing, or nothing that can be read. */
export const readKept = (path: string): ProxyConfiguration | undefined => {
  try {
    const value = JSON.parse(readFileSync(path, "utf8")) as Partial<ProxyConfiguration>
    return Array.isArray(value.balancers) && Array.isArray(value.pools) ? (value as ProxyConfiguration) : undefined
  } catch {
    return undefined
  }
}

/** Keeps it in place of the one before, whole or not at all. */
export const writeKept = (path: string, configuration: ProxyConfiguration): void => {
  const next = `${path}.new`
  rmSync(next, { force: true })
  writeFileSync(next, JSON.stringify(configuration), { mode: 0o600 })
  renameSync(next, path)
}
