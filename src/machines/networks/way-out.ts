// Subnets without a way out: rules in the chain that Docker keeps for its users, by which nothing new leaves the VPC's
// bridge from their addresses. Ours are known by their comment. Only for an engine in our own network namespace, as root.
import { run } from "../commands.ts"
import { digest } from "../names.ts"
import type { Record } from "../record.ts"
import { vpcDevice } from "./networks.ts"

/** Traffic that is forwarded passes here first: https://docs.docker.com/engine/network/packet-filtering-firewalls/ */
const chain = "DOCKER-USER"

const ownerMark = (owner: string): string => `roadstead-${digest(owner, 10)}-`
const mark = (owner: string, key: string): string => ownerMark(owner) + digest(key, 10)

/** The rules whose comment begins with `prefix`, as the words after `-A`; each is one of ours. */
const rulesOf = async (prefix: string): Promise<string[][]> => {
  const list = await run("iptables", ["-w", "-S", chain])
  return list
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([add, , ...words]) => add === "-A" && words[words.indexOf("--comment") + 1]?.startsWith(prefix))
    .map((words) => words.slice(2))
}

const sourceOf = (rule: readonly string[]): string => rule[rule.indexOf("-s") + 1] ?? ""
const remove = (rule: readonly string[]) => run("iptables", ["-w", "-D", chain, ...rule])

export interface Closing {
  readonly owner: string
  readonly record: Record
}

/** Makes the rules of a network those for `closed`. What answers to a connection from outside still leaves. */
export const closeSubnets = async (
  { owner, record }: Closing,
  key: string,
  closed: readonly string[],
): Promise<void> => {
  const recorded = record.things().some((thing) => thing.kind === "firewall" && thing.name === ownerMark(owner))
  // Nobody ever closed anything here: most machines never have a rule, and need no iptables for that.
  if (!recorded && closed.length === 0) return
  record.put({ kind: "firewall", name: ownerMark(owner) })
  const there = await rulesOf(mark(owner, key))
  const device = vpcDevice(owner, key)
  for (const cidr of closed) {
    if (there.some((rule) => sourceOf(rule) === cidr)) continue
    const leaves = ["-s", cidr, "-i", device, "!", "-o", device, "-m", "conntrack", "--ctstate", "NEW"]
    const rule = [...leaves, "-m", "comment", "--comment", mark(owner, key), "-j", "DROP"]
    await run("iptables", ["-w", "-I", chain, "1", ...rule])
  }
  for (const rule of there) if (!closed.includes(sourceOf(rule))) await remove(rule)
}

/** The comment of rules by which a proxy leads connections past programs that listen on all addresses. */
export const diversionMark = (owner: string): string => `${ownerMark(owner)}lb`

/** Removes those rules: of a proxy that is gone for good. */
export const removeDiversions = async ({ owner, record }: Closing): Promise<void> => {
  const mark = diversionMark(owner)
  if (!record.things().some((thing) => thing.kind === "firewall" && thing.name === mark)) return
  for (const place of ["PREROUTING", "OUTPUT"]) {
    // Where the table cannot be listed (no iptables, another user) nobody made a rule in it.
    const list = await run("iptables", ["-w", "-t", "nat", "-S", place]).catch(() => "")
    for (const line of list.split("\n")) {
      const [add, , ...rule] = line.trim().split(/\s+/)
      if (add === "-A" && rule[rule.indexOf("--comment") + 1] === mark)
        await run("iptables", ["-w", "-t", "nat", "-D", place, ...rule])
    }
  }
  record.drop("firewall", mark)
}

/** Removes all rules of the owner, if it ever made one. */
export const openAllSubnets = async ({ owner, record }: Closing): Promise<void> => {
  if (!record.things().some((thing) => thing.kind === "firewall" && thing.name === ownerMark(owner))) return
  for (const rule of await rulesOf(ownerMark(owner))) await remove(rule)
  record.drop("firewall", ownerMark(owner))
}
