// From XML elements to a value: requests of restXml, and answers of the XML protocols in the client's direction.
import type { Member, StructureType, Type } from "../../model/index.ts"
import type { Complain } from "./malformed.ts"
import { readText } from "./text.ts"
import { setOwn } from "./tree-decode.ts"
import { xmlName } from "./xml-encode.ts"
import type { XmlElement } from "./xml-parse.ts"

/** Reads the members of a structure from an element; `skip` leaves out members that are bound to headers, labels or the query. */
export const decodeElement = (
  type: StructureType,
  element: XmlElement,
  complain: Complain,
  skip?: (member: Member) => boolean,
): Record<string, unknown> => {
  const out: Record<string, unknown> = {}
  // Grouped once, so that a thousand flattened items are read in one pass.
  const byName = new Map<string, XmlElement[]>()
  for (const child of element.children) {
    const known = byName.get(child.name)
    if (known) known.push(child)
    else byName.set(child.name, [child])
  }
  for (const member of type.members) {
    if (skip?.(member)) continue
    const name = xmlName(member)
    if (member.traits.xmlAttribute) {
      const text = element.attributes.get(name) ?? element.attributes.get(name.slice(name.indexOf(":") + 1))
      if (text !== undefined) out[member.name] = text
      continue
    }
    const found = byName.get(name)
    if (found) out[member.name] = decodeMember(member, found, complain)
  }
  return out
}

const decodeMember = (member: Member, elements: readonly XmlElement[], complain: Complain): unknown => {
  const type: Type = member.type
  const flat = member.traits.xmlFlattened === 1
  const [first] = elements
  if (!first) throw new Error("a member is decoded from at least one element")
  switch (type.kind) {
    case "structure":
    case "union":
      return decodeElement(type, first, complain)
    case "list": {
      // Items that have another name than the model's are taken too: services differ, and nothing else can stand there.
      const items = flat ? elements : first.children
      return items.map((item) => decodeMember(type.member, [item], complain))
    }
    case "map": {
      const out: Record<string, unknown> = {}
      for (const entry of flat ? elements : first.children) {
        const key = entry.children.find((c) => c.name === (type.key.traits.xmlName ?? "key"))
        const value = entry.children.find((c) => c.name === (type.value.traits.xmlName ?? "value"))
        if (!key || !value)
          throw complain({ path: member.name, expected: "map", found: "an entry without key or value" })
        setOwn(out, key.text, decodeMember(type.value, [value], complain))
      }
      return out
    }
    default: {
      const read = first.children.length > 0 ? undefined : readText(first.text, type.kind)
      if (read === undefined) throw complain({ path: member.name, expected: type.kind, found: first.text })
      return read
    }
  }
}
