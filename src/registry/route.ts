// Which operation of the distribution API a path means. Pure.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints

/** What a path is about. `name` is as it was sent: the service checks it. */
export type Route =
  | { readonly kind: "version" }
  | { readonly kind: "catalog" }
  /** A download URL that ECR's API gave out. */
  | { readonly kind: "download"; readonly digest: string }
  | { readonly kind: "manifest"; readonly name: string; readonly reference: string }
  | { readonly kind: "blob"; readonly name: string; readonly digest: string }
  | { readonly kind: "uploads"; readonly name: string }
  | { readonly kind: "upload"; readonly name: string; readonly id: string }
  | { readonly kind: "tags"; readonly name: string }
  | { readonly kind: "referrers"; readonly name: string; readonly digest: string }

/** Whether a path is one of the distribution API. No bucket of S3 can have a name so short. */
export const isRegistryPath = (path: string): boolean => path === "/v2" || path.startsWith("/v2/")

/** `sha256:…` is often sent as `sha256%3A…`. Undefined for what decodes to nothing. */
const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** The operation, or undefined when there is none of that path. */
export const routeOf = (path: string): Route | undefined => {
  const route = isRegistryPath(path) && path.length <= 2048 ? readPath(path) : undefined
  return route && "name" in route && route.name === "" ? undefined : route
}

const readPath = (path: string): Route | undefined => {
  if (path === "/v2" || path === "/v2/") return { kind: "version" }
  const parts = path.slice("/v2/".length).split("/").map(decoded)
  if (parts.some((part) => part === undefined)) return undefined
  const words = parts as string[]
  const last = words.at(-1) ?? ""
  if (words.length === 1 && last === "_catalog") return { kind: "catalog" }
  if (words.length === 2 && words[0] === "_layers") return { kind: "download", digest: last }
  const under = (depth: number): string => words.slice(0, -depth).join("/")
  // From the end: `manifests` and `blobs` may be parts of a repository's name too.
  if (last === "list" && words.at(-2) === "tags" && words.length > 2) return { kind: "tags", name: under(2) }
  if (words.at(-2) === "manifests" && words.length > 2) return { kind: "manifest", name: under(2), reference: last }
  if (words.at(-2) === "referrers" && words.length > 2) return { kind: "referrers", name: under(2), digest: last }
  if (words.at(-3) === "blobs" && words.at(-2) === "uploads" && words.length > 3)
    return last === "" ? { kind: "uploads", name: under(3) } : { kind: "upload", name: under(3), id: last }
  if (last === "uploads" && words.at(-2) === "blobs" && words.length > 2) return { kind: "uploads", name: under(2) }
  if (words.at(-2) === "blobs" && words.length > 2) return { kind: "blob", name: under(2), digest: last }
  return undefined
}
