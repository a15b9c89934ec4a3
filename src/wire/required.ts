// Required members that a request lacks: found here, generic over shapes; worded by the table of model/constraints.
import type { StructureType, Type } from "../model/index.ts"

/** The paths of required members that are absent, as AWS writes them: `tags.1.member.key`. At most `limit`. */
export const missingMembers = (type: StructureType, input: object, limit = 10): string[] => {
  const out: string[] = []
  walk(type, input, "", out, limit)
  return out
}

const walk = (type: Type, value: unknown, path: string, out: string[], limit: number): void => {
  if (out.length >= limit || !demands(type)) return
  switch (type.kind) {
    case "structure":
    case "union": {
      const from = value as Readonly<Record<string, unknown>>
      for (const member of type.members) {
        const at = path === "" ? member.name : `${path}.${member.name}`
        const inner = from[member.name]
        if (inner !== undefined) walk(member.type, inner, at, out, limit)
        else if (member.required && out.length < limit) out.push(at)
      }
      return
    }
    case "list":
      for (const [i, item] of (value as readonly unknown[]).entries()) {
        walk(type.member.type, item, `${path}.${i + 1}.member`, out, limit)
      }
      return
    case "map":
      for (const [key, item] of Object.entries(value as object))
        walk(type.value.type, item, `${path}.${key}.member`, out, limit)
      return
    default:
  }
}

const known = new WeakMap<Type, boolean>()

/** Whether anything inside a type is required. A recursive type counts as yes, which costs a walk and is never wrong. */
const demands = (type: Type): boolean => {
  const found = known.get(type)
  if (found !== undefined) return found
  known.set(type, true)
  const answer =
    type.kind === "structure" || type.kind === "union"
      ? type.members.some((m) => m.required || demands(m.type))
      : type.kind === "list"
        ? demands(type.member.type)
        : type.kind === "map" && demands(type.value.type)
  known.set(type, answer)
  return answer
}
