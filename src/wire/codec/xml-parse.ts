// A small XML reader: elements, attributes, text, CDATA, the five entities and character references. No DTD, so nothing expands;
// bounded in depth and in elements. What is not well-formed is refused.

/** An element. */
export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** All text directly inside, joined. */
  readonly text: string
}

interface Open {
  readonly fullName: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  text: string
}

const maxDepth = 128
/** Far above any request; an element of four bytes takes hundreds in memory. */
const maxElements = 250_000
/** One colon at most, and something on both sides of it: a prefix alone names nothing. */
const part = "[A-Za-z_\\u0080-\\uffff][\\w.\\-\\u0080-\\uffff]*"
const name = `${part}(?::${part})?`
// A tag is read piece by piece: one pattern that repeats attributes runs out of stack at some hundred thousand of them.
const tagName = new RegExp(name, "y")
const attribute = new RegExp(`\\s+(${name})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, "y")
const tagEnd = /\s*(\/?)>/y
const noAttributes: ReadonlyMap<string, string> = new Map()

/** Parses a document; undefined when it is not well-formed, has a DTD or is nested too deeply. */
export const parseXml = (source: string): XmlElement | undefined => {
  const stack: Open[] = []
  let root: XmlElement | undefined
  let elements = 0
  let at = source.charCodeAt(0) === 0xfeff ? 1 : 0
  while (at < source.length) {
    const lt = source.indexOf("<", at)
    const until = lt < 0 ? source.length : lt
    if (until > at) {
      const text = source.slice(at, until)
      const top = stack.at(-1)
      if (top) {
        const plain = unescaped(text)
        if (plain === undefined) return undefined
        top.text += plain
      } else if (text.trim() !== "") return undefined
    }
    if (lt < 0) break
    if (source.startsWith("<![CDATA[", lt)) {
      const end = source.indexOf("]]>", lt)
      const top = stack.at(-1)
      if (end < 0 || !top) return undefined
      top.text += source.slice(lt + 9, end)
      at = end + 3
    } else if (source.startsWith("<!--", lt) || source.startsWith("<?", lt)) {
      const close = source.startsWith("<?", lt) ? "?>" : "-->"
      const end = source.indexOf(close, lt + 2)
      if (end < 0) return undefined
      at = end + close.length
    } else if (source.startsWith("</", lt)) {
      const end = source.indexOf(">", lt)
      const top = stack.pop()
      if (end < 0 || !top || source.slice(lt + 2, end).trimEnd() !== top.fullName) return undefined
      at = end + 1
      const done = close(top)
      const parent = stack.at(-1)
      if (parent) parent.children.push(done)
      else root = done
    } else {
      const found = root || stack.length >= maxDepth || ++elements > maxElements ? undefined : readTag(source, lt + 1)
      if (!found) return undefined
      at = found.end
      const opened: Open = { fullName: found.name, attributes: found.attributes, children: [], text: "" }
      if (!found.closed) stack.push(opened)
      else {
        const parent = stack.at(-1)
        if (parent) parent.children.push(close(opened))
        else root = close(opened)
      }
    }
  }
  return stack.length === 0 ? root : undefined
}

const close = ({ fullName, attributes, children, text }: Open): XmlElement => ({
  name: localName(fullName),
  attributes,
  children,
  text,
})
const localName = (full: string): string => full.slice(full.indexOf(":") + 1)

interface Tag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly closed: boolean
  readonly end: number
}

/** Reads a tag from behind its `<`. */
const readTag = (source: string, from: number): Tag | undefined => {
  const named = execAt(tagName, source, from)
  if (!named) return undefined
  let at = tagName.lastIndex
  let attributes: Map<string, string> | undefined
  for (let next = execAt(attribute, source, at); next; next = execAt(attribute, source, at)) {
    const [, key = "", double, single] = next
    const value = unescaped(double ?? single ?? "")
    attributes ??= new Map()
    if (value === undefined || attributes.has(key)) return undefined
    attributes.set(key, value)
    at = attribute.lastIndex
  }
  const end = execAt(tagEnd, source, at)
  if (!end) return undefined
  return { name: named[0], attributes: attributes ?? noAttributes, closed: end[1] === "/", end: tagEnd.lastIndex }
}

const execAt = (pattern: RegExp, source: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(source)
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

/** An ampersand that begins nothing. */
const bareAmpersand = /&(?!#x[0-9a-fA-F]{1,6};|#\d{1,7};|\w+;)/

const unescaped = (text: string): string | undefined => {
  if (!text.includes("&")) return text
  if (bareAmpersand.test(text)) return undefined
  let broken = false
  const plain = text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g,
    (_, hex?: string, decimal?: string, entity?: string) => {
      const known = entity === undefined ? undefined : Object.hasOwn(entities, entity) ? entities[entity] : undefined
      if (known !== undefined) return known
      const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16)
      if (Number.isInteger(code) && code > 0 && code <= 0x10ffff) return String.fromCodePoint(code)
      broken = true
      return ""
    },
  )
  return broken ? undefined : plain
}
