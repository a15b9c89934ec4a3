// From the tree of a form to a value: the naming rules of awsQuery and ec2Query. Encoding is in query-encode.ts.
import type { ListType, MapType, Member, StructureType, Type } from "../../model/index.ts"
import type { FormNode } from "./form.ts"
import type { Complain } from "./malformed.ts"
import { readText } from "./text.ts"
import { setOwn } from "./tree-decode.ts"

/** Which of the two query protocols; they name members and flatten lists differently. */
export type QueryFlavour = "awsQuery" | "ec2Query"

/** The name of a structure's member in a form. */
export const queryName = (member: Member, flavour: QueryFlavour): string => {
  const { ec2QueryName, xmlName } = member.traits
  if (flavour === "awsQuery") return xmlName ?? member.name
  return ec2QueryName ?? capitalised(xmlName ?? member.name)
}

const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** Whether a list or map of this member has no level of its own (`Tag.1`, not `Tags.member.1`). */
export const isFlat = (member: Member, flavour: QueryFlavour): boolean =>
  flavour === "ec2Query" || member.traits.xmlFlattened === 1

/** Builds a decoder of a flavour. Throws the protocol's complaint. */
export const queryDecoder = (
  flavour: QueryFlavour,
  complain: Complain,
): ((type: Type) => (node: FormNode) => unknown) => {
  const value = (member: Member, node: FormNode, path: string): unknown => {
    const { type } = member
    switch (type.kind) {
      case "structure":
      case "union":
        return structure(type, node, path)
      case "list":
        return list(type, member, node, path)
      case "map":
        return map(type, member, node, path)
      default: {
        const text = node.text
        const read = text === undefined ? undefined : readText(text, type.kind)
        if (read === undefined) throw complain({ path, expected: type.kind, found: text ?? "structure" })
        return read
      }
    }
  }

  const structure = (type: StructureType, node: FormNode, path: string): object => {
    const out: Record<string, unknown> = {}
    for (const member of type.members) {
      const name = queryName(member, flavour)
      const child = node.children.get(name) ?? flattenedUnderItemName(member, node)
      if (child) out[member.name] = value(member, child, path === "" ? name : `${path}.${name}`)
    }
    return out
  }

  /** A flattened list without a name of its own stands under the name of its members (SQS: `AttributeName.1`). */
  const flattenedUnderItemName = (member: Member, node: FormNode): FormNode | undefined => {
    if (flavour !== "awsQuery" || member.traits.xmlFlattened !== 1 || member.type.kind !== "list") return undefined
    const name = member.type.member.traits.xmlName
    return name === undefined ? undefined : node.children.get(name)
  }

  const list = (type: ListType, member: Member, node: FormNode, path: string): unknown[] => {
    // Clients differ in whether they flatten; numbers directly below are always items.
    const itemName = type.member.traits.xmlName ?? "member"
    const holder = (!isFlat(member, flavour) && (node.children.get(itemName) ?? node.children.get("member"))) || node
    return numbered(holder).map((item, i) =>
      value(type.member, item, `${path}.${isFlat(member, flavour) ? "" : "member."}${i + 1}`),
    )
  }

  const map = (type: MapType, member: Member, node: FormNode, path: string): object => {
    const holder = (!isFlat(member, flavour) && node.children.get("entry")) || node
    const out: Record<string, unknown> = {}
    for (const entry of numbered(holder)) {
      const key = entry.children.get(type.key.traits.xmlName ?? "key")?.text
      const item = entry.children.get(type.value.traits.xmlName ?? "value")
      if (key === undefined || !item) throw complain({ path, expected: "map", found: "an entry without key or value" })
      setOwn(out, key, value(type.value, item, `${path}.${key}`))
    }
    return out
  }

  return (type) => {
    const whole: Member = { name: "", type, traits: {}, required: true }
    return (node) => value(whole, node, "")
  }
}

/** The children whose names are numbers, in the order of the numbers. Gaps are closed. */
const numbered = (node: FormNode): FormNode[] =>
  [...node.children]
    .filter(([name]) => /^\d{1,9}$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child)
