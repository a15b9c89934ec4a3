// Network namespaces of ours: made by name with iproute2, written down before they are made.
// Programs enter them with `nsenter --net=…`; `ip netns exec` would hide /sys/fs/cgroup.
import { existsSync } from "node:fs"
import { run } from "./commands.ts"
import type { Record } from "./record.ts"

/** The file that stands for a namespace. */
export const namespacePath = (name: string): string => `/run/netns/${name}`

/** Makes the namespace with its loopback device up; does nothing when it is there. */
export const makeNamespace = async (record: Record, name: string): Promise<void> => {
  record.put({ kind: "namespace", name })
  if (!existsSync(namespacePath(name))) await run("ip", ["netns", "add", name])
  await run("ip", ["-n", name, "link", "set", "lo", "up"])
}

/**
 * Removes it. Everything in it must have ended; the kernel else keeps it without a name. Pairs of devices that lead out
 * of it are gone when this resolves: the kernel takes a namespace apart some time after its name went.
 */
export const removeNamespace = async (record: Record, name: string): Promise<void> => {
  if (existsSync(namespacePath(name))) {
    const pairs = await run("ip", ["-n", name, "-o", "link", "show", "type", "veth"])
    for (const [, device = ""] of pairs.matchAll(/^\d+: ([^@:]+)/gm)) {
      // One that fails has gone with its other end, or else goes with the namespace.
      await run("ip", ["-n", name, "link", "delete", "dev", device]).catch(() => undefined)
    }
    await run("ip", ["netns", "delete", name])
  }
  record.drop("namespace", name)
}

/** The command line that runs `command` inside a namespace. */
export const inside = (name: string | undefined, command: string, args: readonly string[]): [string, string[]] =>
  name === undefined ? [command, [...args]] : ["nsenter", [`--net=${namespacePath(name)}`, command, ...args]]
