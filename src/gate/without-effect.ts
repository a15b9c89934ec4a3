// Input members that are taken and do nothing: said once in the log when somebody uses one. The same list is in docs/parity.md.
import type { Log } from "../kernel/index.ts"
import type { ServiceTable } from "./types.ts"

/** Answers a function that looks at the input of a request and logs what in it has no effect, once per member. */
export const withoutEffectNotice = (tables: readonly ServiceTable[], log: Log) => {
  const members = new Map<string, string[][]>()
  for (const { service, withoutEffect } of tables) {
    for (const path of withoutEffect) {
      const { operation, member } = parsePath(path)
      const key = `${service}:${operation}`
      members.set(key, [...(members.get(key) ?? []), member])
    }
  }
  return (service: string, operation: string, input: object): void => {
    const key = `${service}:${operation}`
    const paths = members.get(key)
    if (!paths) return
    const left = paths.filter((path) => {
      if (!has(input, path)) return true
      log.warn("An input member was taken that has no effect (docs/parity.md).", { member: `${key}.${path.join(".")}` })
      return false
    })
    if (left.length === 0) members.delete(key)
    else if (left.length < paths.length) members.set(key, left)
  }
}

/** `RunTask.platformVersion=1.3.0` → `["platformVersion=1.3.0"]`: dots of a value cut nothing. */
const parsePath = (path: string): { operation: string; member: string[] } => {
  const [names = "", value] = path.split("=", 2)
  const [operation = "", ...member] = names.split(".")
  return { operation, member: value === undefined ? member : [...member.slice(0, -1), `${member.at(-1)}=${value}`] }
}

const has = (value: unknown, [name, ...rest]: readonly string[]): boolean => {
  if (name === undefined) return value !== undefined
  if (Array.isArray(value)) return value.some((item) => has(item, [name, ...rest]))
  if (typeof value !== "object" || value === null) return false
  // `name=fargateFIPSMode`: the member has no effect with this value.
  const [member = "", wanted] = name.split("=")
  const found = (value as Record<string, unknown>)[member]
  return wanted === undefined ? has(found, rest) : found === wanted
}
