// REST routes: from method, path and query to an operation and the values of its labels. Built from the generated routing table.
import type { ServiceRouting } from "../model/index.ts"
import { parseParameters } from "./codec/form.ts"
import type { Headers } from "./http.ts"
import type { Labels } from "./protocols/index.ts"

interface Route {
  readonly operation: string
  readonly method: string
  readonly segments: readonly Segment[]
  /** Literals of the uri's own query, and required query members (value undefined): all must be in the request. */
  readonly query: readonly (readonly [name: string, value: string | undefined])[]
  readonly headers: readonly string[]
  /** `x-id`, which only some SDKs send: decides between routes that are otherwise the same. */
  readonly id: string | undefined
  /** More specific routes are tried first. */
  readonly weight: number
}
type Segment = { readonly literal: string } | { readonly label: string; readonly greedy: boolean }

export interface FoundRoute {
  readonly operation: string
  readonly labels: Labels
}

/** Finds the operation of a request, or undefined. */
export type FindRoute = (method: string, path: string, query: string, headers: Headers) => FoundRoute | undefined

/** Builds the router of one service. */
export const restRouter = (service: ServiceRouting): FindRoute => {
  const routes = service.routes.map(compile).sort((a, b) => b.weight - a.weight)
  return (method, path, query, headers) => {
    const parts = path.split("/").slice(1)
    const parameters = new Map(parseParameters(query))
    for (const route of routes) {
      if (route.method !== method || !satisfied(route, parameters, headers)) continue
      const labels = match(route.segments, parts)
      if (labels) return { operation: route.operation, labels }
    }
    return undefined
  }
}

const compile = ([operation, method, uri, requiredQuery, headers]: ServiceRouting["routes"][number]): Route => {
  const [path = "", fixed = ""] = uri.split("?", 2)
  const literals = parseParameters(fixed)
  const segments = path
    .split("/")
    .slice(1)
    .filter((s, i, all) => s !== "" || i < all.length - 1)
    .map(segment)
  const query = [
    ...literals.filter(([name]) => name !== "x-id"),
    ...requiredQuery.map((name) => [name, undefined] as const),
  ]
  // A literal segment outweighs any label, a label any greedy one; then whatever else the route demands.
  const path_ = segments.reduce((sum, s) => sum + ("literal" in s ? 100 : s.greedy ? 1 : 10), 0)
  return {
    operation,
    method,
    segments,
    query,
    headers,
    id: literals.find(([name]) => name === "x-id")?.[1],
    weight: path_ * 100 + query.length * 10 + headers.length,
  }
}

const segment = (text: string): Segment => {
  const label = /^\{([^}+]+)(\+?)\}$/.exec(text)
  return label ? { label: label[1] ?? "", greedy: label[2] === "+" } : { literal: text }
}

const satisfied = (route: Route, parameters: ReadonlyMap<string, string>, headers: Headers): boolean => {
  const id = parameters.get("x-id")
  if (id !== undefined && route.id !== undefined && id !== route.id) return false
  return (
    route.query.every(([name, value]) =>
      value === undefined || value === "" ? parameters.has(name) : parameters.get(name) === value,
    ) && route.headers.every((name) => headers[name] !== undefined)
  )
}

const match = (segments: readonly Segment[], parts: readonly string[]): Labels | undefined => {
  const labels: Record<string, string> = {}
  let at = 0
  for (const s of segments) {
    const part = parts[at]
    if ("literal" in s) {
      if (part !== s.literal) return undefined
      at++
    } else if (s.greedy) {
      const rest = parts.slice(at).join("/")
      const value = decode(rest)
      if (value === undefined || value === "") return undefined
      labels[s.label] = value
      at = parts.length
    } else {
      const value = part === undefined ? undefined : decode(part)
      if (value === undefined || value === "") return undefined
      labels[s.label] = value
      at++
    }
  }
  // One empty part at the end is a trailing slash.
  return at >= parts.length || (at === parts.length - 1 && parts[at] === "") ? labels : undefined
}

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
