// A container's port on a bridge made unable to talk to the bridge's other isolated ports, in this process's own network
// namespace: the one in which the engine runs.
import { execFile } from "node:child_process"
import { readdir, readFile, writeFile } from "node:fs/promises"

/**
 * Isolates the bridge port behind the interface with this hardware address of the process `pid`. False where that cannot
 * be: not root, or an engine that runs in a machine of its own. Docker's `enable_icc=false` is there besides.
 */
export const isolatePort = async (pid: number, mac: string): Promise<boolean> => {
  try {
    const index = await peerIndex(pid, mac)
    const port = index === undefined ? undefined : await deviceWithIndex(index)
    if (port === undefined) return false
    // The sysfs that is mounted may be of another namespace (`nsenter --net` does not change it). Names of veths are
    // random, so one of the same name and index is the same.
    const seen = await readLine(`/sys/class/net/${port}/ifindex`).catch(() => undefined)
    // In a container it is mounted for reading only.
    if (seen === index && (await wrote(`/sys/class/net/${port}/brport/isolated`))) return true
    await run("bridge", ["link", "set", "dev", port, "isolated", "on"])
    return true
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
}

/** The index of the other end of the interface. */
const peerIndex = async (pid: number, mac: string): Promise<string | undefined> => {
  // Docker mounts the sysfs of its own network namespace in every container.
  const devices = `/proc/${pid}/root/sys/class/net`
  for (const device of await readdir(devices)) {
    if ((await readLine(`${devices}/${device}/address`)) === mac) return readLine(`${devices}/${device}/iflink`)
  }
  return undefined
}

/** Its name in our namespace: the table of multicast addresses names every device that is up, with its index. */
const deviceWithIndex = async (index: string): Promise<string | undefined> => {
  const lines = (await readFile("/proc/self/net/dev_mcast", "utf8")).split("\n").map((line) => line.trim().split(/\s+/))
  return lines.find(([its]) => its === index)?.[1]
}

const wrote = (path: string): Promise<boolean> =>
  writeFile(path, "1").then(
    () => true,
    (error: unknown) => {
      if (!isRefusal(error)) throw error
      return false
    },
  )

const readLine = async (path: string): Promise<string> => (await readFile(path, "utf8")).trim()

const run = (program: string, words: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    execFile(program, words, (error) => (error ? reject(error) : resolve()))
  })

/** What the system said, as opposed to a mistake of ours: a file that is not there or not ours, a program that failed. */
const isRefusal = (error: unknown): boolean => error instanceof Error && ("syscall" in error || "cmd" in error)
