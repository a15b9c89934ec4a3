// From a value to XML elements: the answers of awsQuery, ec2Query and restXml, and the requests of restXml.
import type { Member, StructureType, Traits } from "../../model/index.ts"
import { writeText } from "./text.ts"

/** Escapes text for an element or an attribute. Characters that XML 1.0 cannot carry are replaced by U+FFFD. */
export const escapeXml = (text: string): string => {
  if (!special.test(text)) return text
  let out = ""
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0
    out += escapes[c] ?? (forbidden(code) ? "\ufffd" : c)
  }
  return out
}

// A carriage return and the two Unicode line ends would be normalised away by a reader.
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\r": "&#xD;",
  "\u0085": "&#x85;",
  "\u2028": "&#x2028;",
}
const special = /[&<>"'\r\u0085\u2028]|[^\t\n\u0020-\ud7ff\ue000-\ufffd]/

/** Control characters, halves of surrogate pairs, and the two non-characters. */
const forbidden = (code: number): boolean =>
  (code < 0x20 && code !== 9 && code !== 10) || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff

/** The name of a member in XML: its `xmlName`, or its own. */
export const xmlName = (member: Member): string => member.traits.xmlName ?? member.name

/** The namespace declaration of an element, with a leading blank; empty without one. */
export const namespaceOf = (traits: Traits): string => {
  const ns = traits.xmlNamespace
  if (!ns) return ""
  const [a, b] = ns
  return b === undefined ? ` xmlns="${escapeXml(a ?? "")}"` : ` xmlns:${a}="${escapeXml(b)}"`
}

/** The elements of a structure's members, without an element for the structure itself. `skip` leaves out members bound elsewhere. */
export const encodeMembers = (type: StructureType, from: object, skip?: (member: Member) => boolean): string => {
  let out = ""
  const values = from as Readonly<Record<string, unknown>>
  for (const member of type.members) {
    if (member.traits.xmlAttribute || skip?.(member)) continue
    const value = Object.hasOwn(values, member.name) ? values[member.name] : undefined
    if (value !== undefined && value !== null) out += encodeMember(member, xmlName(member), value)
  }
  return out
}

/** `<name attributes>…</name>` of a structure. */
export const encodeElement = (
  type: StructureType,
  name: string,
  from: object,
  namespace: string,
  skip?: (member: Member) => boolean,
): string => {
  const attributes = attributesOf(type, from)
  return `<${name}${namespace}${attributes}>${encodeMembers(type, from, skip)}</${name}>`
}

const attributesOf = (type: StructureType, from: object): string => {
  const values = from as Readonly<Record<string, unknown>>
  let out = ""
  for (const member of type.members) {
    const value = values[member.name]
    if (member.traits.xmlAttribute && value !== undefined && value !== null)
      out += ` ${xmlName(member)}="${escapeXml(String(value))}"`
  }
  return out
}

const encodeMember = (member: Member, name: string, value: unknown): string => {
  const { type, traits } = member
  const namespace = namespaceOf(traits)
  switch (type.kind) {
    case "structure":
    case "union":
      return encodeElement(type, name, value as object, namespace)
    case "list": {
      const flat = traits.xmlFlattened === 1
      const itemName = flat ? name : (type.member.traits.xmlName ?? "member")
      let out = ""
      for (const item of value as Iterable<unknown>)
        if (item !== undefined && item !== null) out += encodeMember(type.member, itemName, item)
      return flat ? out : `<${name}${namespace}>${out}</${name}>`
    }
    case "map": {
      const flat = traits.xmlFlattened === 1
      const entryName = flat ? name : "entry"
      let out = ""
      for (const [key, item] of Object.entries(value as object)) {
        if (item === undefined || item === null) continue
        const keyName = type.key.traits.xmlName ?? "key"
        out += `<${entryName}><${keyName}>${escapeXml(key)}</${keyName}>${encodeMember(type.value, type.value.traits.xmlName ?? "value", item)}</${entryName}>`
      }
      return flat ? out : `<${name}${namespace}>${out}</${name}>`
    }
    default:
      return `<${name}${namespace}>${escapeXml(writeText(value, type.kind, traits, "date-time"))}</${name}>`
  }
}
