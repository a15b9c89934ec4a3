// The key of the default account's root, for `--auth strict`, where nobody could do anything without one. Made at the first
// strict start and kept in the data folder, readable by its owner alone; `roadstead env --auth strict` prints it.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Ids } from "../kernel/index.ts"
import { newAccessKey, type State } from "../state/index.ts"
import type { Folders } from "./data-folder.ts"

export interface RootKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const file = (folders: Pick<Folders, "data">): string => join(folders.data, "root-key.json")

/** Makes the key when the folder has none, and makes sure that the records know it. */
export const ensureRootKey = (state: State, folders: Folders, account: string, ids: Ids, now: number): void => {
  const known = readRootKey(folders)
  const key = known ?? newAccessKey(ids, account, "long-term")
  if (!known) writeFileSync(file(folders), `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600 })
  if (state.view((view) => view.accessKeys.has(key.accessKeyId))) return
  state.transact((tx) => tx.accessKeys.insert({ ...key, account, principal: { kind: "root" }, createdAt: now }))
}

/** The key of a data folder, or undefined when there has been no strict start on it. */
export const readRootKey = (folders: Pick<Folders, "data">): RootKey | undefined =>
  existsSync(file(folders)) ? (JSON.parse(readFileSync(file(folders), "utf8")) as RootKey) : undefined
