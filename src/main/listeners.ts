// The listeners through which containers reach the APIs: one on the gateway of each VPC's network (an address), or on a
// socket that a relay in another namespace forwards to (a path). Opened and shut as the supervisor says.
import { errorFields, type Log } from "../kernel/index.ts"
import type { WireServer } from "../wire/index.ts"

/** Keeps the set of open listeners equal to the set that is wanted. */
export const vpcListeners = ({ server, port, log }: { server: WireServer; port: number; log: Log }) => {
  const open = new Map<string, Promise<{ close(): Promise<void> } | undefined>>()

  const listen = async (address: string) => {
    try {
      const where = address.startsWith("/") ? { path: address } : { host: address, port }
      return await server.listen(where, { vpc: true })
    } catch (thrown) {
      log.warn("Containers cannot reach the APIs: the address cannot be listened on.", {
        address,
        ...errorFields(thrown),
      })
      open.delete(address)
      return undefined
    }
  }

  return {
    /** Opens what is new, shuts what is gone; what failed before is tried again. */
    set: (addresses: readonly string[]) => {
      for (const [address, listener] of open) {
        if (addresses.includes(address)) continue
        open.delete(address)
        void listener.then((l) => l?.close())
      }
      for (const address of addresses) if (!open.has(address)) open.set(address, listen(address))
    },
  }
}
