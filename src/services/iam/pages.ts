// `Marker` and `MaxItems` of IAM's lists. A marker is the key of the last row of a page, for nobody to read.
import { fault } from "../../kernel/index.ts"

interface Paging {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

export interface PageOf<R> {
  readonly rows: readonly R[]
  readonly frame: { readonly IsTruncated: boolean; readonly Marker?: string }
}

/** The page of `rows` that was asked for, in the order of their keys; 100 when nobody says how many. */
export const pageOf = <R>(rows: readonly R[], keyOf: (row: R) => string, { Marker, MaxItems }: Paging): PageOf<R> => {
  const after = Marker === undefined ? undefined : decode(Marker)
  const keyed = rows.map((row) => ({ key: keyOf(row), row })).sort((a, b) => (a.key < b.key ? -1 : 1))
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => key > after)
  const page = rest.slice(0, MaxItems ?? 100)
  const last = page.at(-1)
  const more = rest.length > page.length && last
  return {
    rows: page.map(({ row }) => row),
    frame: more ? { IsTruncated: true, Marker: encode(last.key) } : { IsTruncated: false },
  }
}

/** The same for things whose order is their own: in the order given. */
export const pageInOrder = <R>(rows: readonly R[], paging: Paging): PageOf<R> => {
  const numbered = rows.map((row, i) => ({ row, key: String(i).padStart(6, "0") }))
  const page = pageOf(numbered, ({ key }) => key, paging)
  return { rows: page.rows.map(({ row }) => row), frame: page.frame }
}

const encode = (key: string): string => Buffer.from(JSON.stringify([key])).toString("base64url")

const decode = (marker: string): string => {
  try {
    const [key, ...rest] = JSON.parse(Buffer.from(marker, "base64url").toString()) as unknown[]
    if (typeof key === "string" && rest.length === 0) return key
  } catch {
    // Not one of ours: refused below like any other text.
  }
  // text from memory
  throw fault("ValidationError", `Invalid Marker: ${marker}`)
}
