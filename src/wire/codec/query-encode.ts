// From a value to the parameters of a form, by the naming rules of awsQuery and ec2Query: the client's direction.
import type { Member, StructureType, Type } from "../../model/index.ts"
import { percentEncode } from "./form.ts"
import { isFlat, type QueryFlavour, queryName } from "./query-decode.ts"
import { writeText } from "./text.ts"

/** Encodes a structure as `name=value&…`, percent-encoded, without `Action` and `Version`. */
export const encodeQuery = (flavour: QueryFlavour, type: StructureType, input: object): string => {
  const out: string[] = []
  const put = (path: string, text: string): void => {
    out.push(`${percentEncode(path)}=${percentEncode(text)}`)
  }

  const structure = (of: StructureType, from: Readonly<Record<string, unknown>>, path: string) => {
    for (const member of of.members) {
      const item = Object.hasOwn(from, member.name) ? from[member.name] : undefined
      if (item !== undefined && item !== null) value(member, item, path + queryName(member, flavour))
    }
  }

  const value = (member: Member, item: unknown, path: string): void => {
    const type: Type = member.type
    switch (type.kind) {
      case "structure":
      case "union":
        structure(type, item as Readonly<Record<string, unknown>>, `${path}.`)
        return
      case "list": {
        const items = item as readonly unknown[]
        // awsQuery writes an empty list as an empty value; ec2Query cannot say it.
        if (items.length === 0 && flavour === "awsQuery") put(path, "")
        const below = isFlat(member, flavour) ? path : `${path}.${type.member.traits.xmlName ?? "member"}`
        for (const [i, one] of items.entries()) value(type.member, one, `${below}.${i + 1}`)
        return
      }
      case "map": {
        const below = isFlat(member, flavour) ? path : `${path}.entry`
        Object.entries(item as object).forEach(([key, one], i) => {
          put(`${below}.${i + 1}.${type.key.traits.xmlName ?? "key"}`, key)
          value(type.value, one, `${below}.${i + 1}.${type.value.traits.xmlName ?? "value"}`)
        })
        return
      }
      default:
        put(path, writeText(item, type.kind, member.traits, "date-time"))
    }
  }

  structure(type, input as Readonly<Record<string, unknown>>, "")
  return out.join("&")
}
