// The key of the data folder: what secrets and secure parameters are encrypted with in the records. Made at the first start,
// readable by its owner alone. The records remember its name, so that a lost or foreign key ends the start and nothing else.
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { newVault, type RandomSource, type Vault, vaultKeyBytes, vaultKeyId } from "../kernel/index.ts"
import type { State } from "../state/index.ts"
import { FolderProblem, type Folders } from "./data-folder.ts"

const setting = "dataKey"
const wayOut = "Restore the file from a backup, or start with another --data folder."

/** The file with the key: 64 hexadecimal digits. */
export const dataKeyFile = (folders: Pick<Folders, "data">): string => join(folders.data, "data-key")

/** Opens the vault of a data folder. Throws a FolderProblem when its key is lost, damaged or another. */
export const openVault = (state: State, folders: Pick<Folders, "data">, random: RandomSource): Vault => {
  const file = dataKeyFile(folders)
  const known = state.view((view) => view.settings.get(setting))?.value
  if (!existsSync(file)) {
    if (known !== undefined) {
      throw new FolderProblem(
        `The key file ${file} is missing. The values of secrets and parameters in this data folder are encrypted with it and cannot be read without it. ${wayOut}`,
      )
    }
    make(file, random)
  }
  // A copy that was restored may have come with the mode of its copier.
  chmodSync(file, 0o600)
  const key = read(file)
  const keyId = vaultKeyId(key)
  if (known === undefined) state.transact((tx) => tx.settings.put({ name: setting, value: keyId }))
  else if (known !== keyId) {
    throw new FolderProblem(
      `The key file ${file} holds the key ${keyId}, but the values of this data folder are encrypted with the key ${known}. ${wayOut}`,
    )
  }
  return newVault(key, random)
}

/** On disk before anything can be sealed with it: a value whose key was lost in a power cut would be lost too. */
const make = (file: string, random: RandomSource): void => {
  const key = new Uint8Array(vaultKeyBytes)
  random(key)
  const draft = `${file}.new`
  writeFileSync(draft, `${Buffer.from(key).toString("hex")}\n`, { mode: 0o600, flush: true })
  renameSync(draft, file)
  const folder = openSync(join(file, ".."), "r")
  fsyncSync(folder)
  closeSync(folder)
}

const read = (file: string): Buffer => {
  const text = readFileSync(file, "utf8").trim()
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new FolderProblem(`The key file ${file} is damaged: it must hold 64 hexadecimal digits. ${wayOut}`)
  }
  return Buffer.from(text, "hex")
}
