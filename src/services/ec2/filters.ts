// The `Filters` of EC2's Describe operations: names, values with wildcards, tags. Pure.
// Which names an operation knows is in the table beside its describer.
import { fault } from "../../kernel/index.ts"

/** What a filter of that name is compared with: the values that a row has, as EC2 writes them. */
export type FilterTable<R> = Readonly<Record<string, (row: R) => readonly string[]>>

interface Filter {
  readonly Name?: string | undefined
  readonly Values?: readonly string[] | undefined
}

interface Tagged {
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

/** For filters on what nothing here has (IPv6, Outposts): no row has a value, so none matches. */
export const nothing = (): readonly string[] => []

/** `*` stands for any characters, `?` for one, a backslash takes the meaning of the next away. Case counts. */
const pattern = (text: string): RegExp => {
  const parts = text.match(/\\.|[\s\S]/g) ?? []
  const body = parts.map((part) => {
    if (part === "*") return "[\\s\\S]*"
    if (part === "?") return "[\\s\\S]"
    return part.replace(/^\\(?=.)/, "").replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")
  })
  return new RegExp(`^${body.join("")}$`)
}

const valuesOf = <R>(name: string, table: FilterTable<R>): ((row: R) => readonly string[]) | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/**
 * The rows that all filters let through; a filter lets through what has any of its values. Throws EC2's
 * InvalidParameterValue for a name that the table does not have.
 */
export const applyFilters = <R>(
  rows: readonly R[],
  filters: readonly Filter[] | undefined,
  table: FilterTable<R>,
): readonly R[] => {
  let kept = rows
  for (const filter of filters ?? []) {
    const values = valuesOf(filter.Name ?? "null", table) ?? tagValues<R>(filter.Name, table)
    if (!values) throw fault("InvalidParameterValue", `The filter '${filter.Name ?? "null"}' is invalid`)
    const patterns = (filter.Values ?? []).map(pattern)
    kept = kept.filter((row) => values(row).some((value) => patterns.some((wanted) => wanted.test(value))))
  }
  return kept
}

/** `tag:<key>` compares the value of that tag, on everything that has the filter `tag-key`. */
const tagValues = <R>(name: string | undefined, table: FilterTable<R>): ((row: R) => readonly string[]) | undefined => {
  if (!name?.startsWith("tag:") || !Object.hasOwn(table, "tag-key")) return undefined
  const key = name.slice("tag:".length)
  return (row) => (row as Tagged).tags.filter((tag) => tag.key === key).map((tag) => tag.value)
}

/** The entry of a filter table for things with tags. */
export const tagKeys = { "tag-key": (row: Tagged) => row.tags.map((tag) => tag.key) }
