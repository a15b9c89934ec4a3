// 169.254.170.2 on a host that has no link network: an address of its loopback device, where its containers in bridge and
// host mode ask for metadata and credentials (docs/decisions/0007).
import { link } from "../protocol/index.ts"
import { CommandError, run } from "./commands.ts"

const addresses = (): Promise<string> => run("ip", ["-o", "-4", "addr", "show", "to", `${link.address}/32`])

/**
 * Gives the address to the loopback device when no device of this network namespace has it. The answer takes it away
 * from there again; also when it was left by an agent that was killed. Needs root.
 */
export const ownMetadataAddress = async (): Promise<() => Promise<void>> => {
  const there = (await addresses()).trim()
  if (there !== "" && !/^\d+: lo\s/.test(there)) return async () => {}
  const change = (what: "add" | "del") => run("ip", ["addr", what, `${link.address}/32`, "dev", "lo"])
  if (there === "") await change("add")
  return async () => {
    try {
      await change("del")
    } catch (error) {
      // Somebody has taken it away already.
      if (!(error instanceof CommandError)) throw error
    }
  }
}
