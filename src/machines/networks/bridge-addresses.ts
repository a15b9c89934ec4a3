// Addresses of load balancers on the bridge of their VPC, where a proxy listens on them. They are kept by the device alone:
// found again on it after a restart, and gone with it.
import { run } from "../commands.ts"

interface Device {
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number }[]
}

/** Docker's own address has the network's prefix; what stands for itself alone is ours. */
const alone = 32

/** Makes those on the device `addresses`, and nothing else. `namespace`: where the device is, when not here. */
export const setBridgeAddresses = async (
  namespace: string | undefined,
  device: string,
  addresses: readonly string[],
): Promise<void> => {
  const within = namespace === undefined ? [] : ["-n", namespace]
  const shown = await run("ip", [...within, "-j", "-4", "address", "show", "dev", device])
  const known = (JSON.parse(shown || "[]") as Device[]).flatMap(({ addr_info = [] }) =>
    addr_info.flatMap(({ local, prefixlen }) => (prefixlen === alone ? local : [])),
  )
  for (const address of known) {
    if (!addresses.includes(address)) await change(within, "delete", device, address)
  }
  for (const address of addresses) if (!known.includes(address)) await change(within, "replace", device, address)
}

const change = (within: readonly string[], how: "replace" | "delete", device: string, address: string) =>
  run("ip", [...within, "address", how, `${address}/${alone}`, "dev", device])
