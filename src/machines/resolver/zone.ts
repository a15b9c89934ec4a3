// The names of one VPC and what a question about them gets: pure, from the names that the control plane said.
import { dataOf, isInternet, type Query, recordType, responseCode, writeAnswer, writeEmpty } from "./codec.ts"

/** How long a client may keep an answer: short, because tasks come and go. */
const ttl = 5

export interface Zone {
  /** The whole answer to a query about a name of ours; undefined when the name is not ours and is to be forwarded. */
  answer(query: Query): Buffer | undefined
}

const add = (map: Map<string, string[]>, key: string, value: string) => map.set(key, [...(map.get(key) ?? []), value])

const reverseName = (address: string): string => `${address.split(".").reverse().join(".")}.in-addr.arpa`

/** Whether a name can be written: labels of 1 to 63 characters, 253 in all. */
const isWritable = (name: string): boolean =>
  name.length <= 253 && name.split(".").every((label) => /^[\x21-\x7e]{1,63}$/.test(label))

/** Whether a name is of the kind that only a VPC's own resolver knows. */
const isPrivate = (name: string): boolean => /(^|\.)(ec2|[a-z]{2}(-[a-z]+)+-\d\.compute)\.internal$/.test(name)

/** Builds the zone. Names that no DNS message can hold are left out. */
export const zoneOf = (names: readonly { readonly name: string; readonly address: string }[]): Zone => {
  const forward = new Map<string, string[]>()
  const reverse = new Map<string, string[]>()
  for (const { name, address } of names) {
    if (!isWritable(name)) continue
    add(forward, name.toLowerCase(), address)
    add(reverse, reverseName(address), name.toLowerCase())
  }
  return {
    answer(query) {
      const { question } = query
      const addresses = forward.get(question.name)
      const pointers = reverse.get(question.name)
      if (!isInternet(question)) return undefined
      if (!addresses && !pointers) {
        // Names of a VPC are ours alone: whom we forward to knows none of them.
        return isPrivate(question.name) ? writeEmpty(query, responseCode.noSuchName, true) : undefined
      }
      if (addresses && question.type === recordType.A)
        return writeAnswer(
          query,
          addresses.map((a) => dataOf("A", a)),
          ttl,
        )
      if (pointers && question.type === recordType.PTR)
        return writeAnswer(
          query,
          pointers.map((p) => dataOf("PTR", p)),
          ttl,
        )
      // The name is there, but not with that type (AAAA above all): an empty answer, not "no such name".
      return writeEmpty(query, responseCode.ok, true)
    },
  }
}
