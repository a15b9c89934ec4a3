// Reads contracts from their files, each on its first use. Knows where they lie in the source tree and beside a bundle.
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { withAgentMembers } from "./constraints/agent-members.ts"
import type { ContractFile, ServiceContract } from "./contract.ts"
import { link } from "./link.ts"
import type { ServiceName } from "./operations.ts"

const loaded = new Map<ServiceName, ServiceContract>()
let folder: string | undefined

/** The contract of `service`, read and linked once. Throws when the file is missing: the installation is broken. */
export const loadContract = (service: ServiceName): ServiceContract => {
  const known = loaded.get(service)
  if (known) return known
  folder ??= findFolder()
  const contract = link(withAgentMembers(JSON.parse(readFileSync(`${folder}/${service}.json`, "utf8")) as ContractFile))
  loaded.set(service, contract)
  return contract
}

/** In the source tree the contracts lie beside this file; a bundle in dist/ or a folder below it has them in dist/contracts/. */
const findFolder = (): string => {
  const candidates = ["./contracts", "../contracts", "../../contracts"].map((at) => fileURLToPath(new URL(at, import.meta.url)))
  const found = candidates.find((at) => existsSync(`${at}/ecs.json`))
  if (!found) throw new Error(`no contracts found in ${candidates.join(", ")}`)
  return found
}
