// `PageSize` and `Marker` of Describe operations: in the order in which things were made.
import { checkRange, invalid } from "./checks.ts"

interface Paging {
  readonly PageSize?: number | undefined
  readonly Marker?: string | undefined
}

/** AWS: 1 to 400. */
const largest = 400

const encode = (place: number): string => Buffer.from(`after ${place}`).toString("base64url")

const decode = (marker: string): number => {
  const place = /^after (\d+)$/.exec(Buffer.from(marker, "base64url").toString())?.[1]
  if (place === undefined) throw invalid("Invalid marker") // text from memory
  return Number(place)
}

/** The page that was asked for, and the marker of the next. `placeOf` is unique, and grows along the list. */
export const pageOf = <R>(
  rows: readonly R[],
  placeOf: (row: R) => number,
  { PageSize, Marker }: Paging,
): { readonly rows: readonly R[]; readonly NextMarker?: string } => {
  checkRange("pageSize", PageSize ?? largest, 1, largest)
  const after = Marker ? decode(Marker) : -1
  const rest = rows.filter((row) => placeOf(row) > after).sort((a, b) => placeOf(a) - placeOf(b))
  const page = rest.slice(0, PageSize ?? largest)
  const last = page.at(-1)
  return rest.length > page.length && last !== undefined
    ? { rows: page, NextMarker: encode(placeOf(last)) }
    : { rows: page }
}
