// Query strings and form bodies: percent-decoding, and the tree that dotted names stand for (`Tag.1.Key=a`). No types here.
import { Fault } from "../../kernel/index.ts"
import { maxDepth } from "./malformed.ts"

/** More parameters than any AWS request has; a body of a million tiny ones is refused. */
const maxParameters = 20_000

/** Parts of all names together: many long names are many more nodes than bytes would suggest. */
const maxNodes = 200_000

/** A node of the tree: its own text, and its children by the next part of the name. */
export interface FormNode {
  text: string | undefined
  readonly children: Map<string, FormNode>
}

/** The parameters in order, decoded; `+` is a blank. Broken percent-escapes are taken literally. Throws when there are too many. */
export const parseParameters = (text: string): [name: string, value: string][] => {
  const out: [string, string][] = []
  for (let from = 0; from <= text.length; ) {
    const to = text.indexOf("&", from)
    const part = text.slice(from, to < 0 ? text.length : to)
    from = (to < 0 ? text.length : to) + 1
    if (part === "") continue
    if (out.length >= maxParameters)
      throw new Fault("MalformedQueryString", "The query string contains too many parameters.", { status: 400 })
    const eq = part.indexOf("=")
    out.push(eq < 0 ? [decode(part), ""] : [decode(part.slice(0, eq)), decode(part.slice(eq + 1))])
  }
  return out
}

const decode = (text: string): string => {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text
  if (!spaced.includes("%")) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

/** Builds the tree of the parameters' dotted names. Of a name that comes twice the last counts. */
export const formTree = (parameters: readonly (readonly [string, string])[]): FormNode => {
  const root: FormNode = { text: undefined, children: new Map() }
  let nodes = 0
  for (const [name, value] of parameters) {
    const steps = name.split(".", maxDepth + 1)
    if (steps.length > maxDepth)
      throw new Fault("MalformedQueryString", "A parameter name has too many parts.", { status: 400 })
    let node = root
    for (const step of steps) {
      let next = node.children.get(step)
      if (!next) {
        if (++nodes > maxNodes)
          throw new Fault("MalformedQueryString", "The parameter names have too many parts.", { status: 400 })
        next = { text: undefined, children: new Map() }
        node.children.set(step, next)
      }
      node = next
    }
    node.text = value
  }
  return root
}

/** Percent-encodes as RFC 3986 wants it (SigV4 and the query protocols). */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
