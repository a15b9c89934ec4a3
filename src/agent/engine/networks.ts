// The two networks of an awsvpc task, found by label. They are made by somebody else, perhaps at this moment.
import { type BackOff, type Clock, delay, pauseAfter } from "../../kernel/index.ts"
import { linkLabel, networkLabel, ownerLabel } from "../../protocol/index.ts"
import type { ContainerDriver, NetworkInfo } from "../driver.ts"

const again: BackOff = { first: 100, factor: 2, max: 2_000 }
/** A network is made in well under a second; one that is missing for this long is not coming. */
const patience = 15_000

/** Finds networks and remembers them; `forget` after one turned out to be gone. */
export interface TaskNetworks {
  /** The VPC's network, by the value of its label. Rejects when it does not come. */
  vpc(value: string, signal: AbortSignal): Promise<NetworkInfo>
  link(signal: AbortSignal): Promise<NetworkInfo>
  forget(): void
}

export const createTaskNetworks = (parts: { driver: ContainerDriver; clock: Clock; owner: string }): TaskNetworks => {
  const { driver, clock, owner } = parts
  const known = new Map<string, NetworkInfo>()
  const find = async (label: string, value: string, name: string, signal: AbortSignal): Promise<NetworkInfo> => {
    const key = `${label}=${value}`
    const until = clock.now() + patience
    for (let failures = 1; ; failures++) {
      const found = known.get(key) ?? (await driver.network({ [ownerLabel]: owner, [label]: value }))
      if (found) {
        known.set(key, found)
        return found
      }
      if (clock.now() >= until || signal.aborted) throw new Error(`${name} is not on this host`)
      await delay(clock, pauseAfter(again, failures), signal)
    }
  }
  return {
    vpc: (value, signal) =>
      find(networkLabel, value, `the network of ${value.slice(value.lastIndexOf("/") + 1)}`, signal),
    link: (signal) => find(linkLabel, "true", "the link network", signal),
    forget: () => known.clear(),
  }
}
