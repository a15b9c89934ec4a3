// What a bench file says and how run.ts hears it: one line of JSON on stdout behind a mark, so that a file can run in
// a process (or a network namespace) of its own and print what else it likes.

/** One number, and what it is compared with. */
export interface Measure {
  /** The name in bars.json. */
  readonly name: string
  readonly value: number
  /** `requests/s`, `ms`. */
  readonly unit: string
  /** The same work without Roadstead, in the same unit, measured in the same run. */
  readonly floor?: { readonly name: string; readonly value: number }
}

const mark = "#measures "

/** Runs a bench and says what it measured. */
export const report = async (bench: () => Promise<readonly Measure[]>): Promise<void> => {
  const measures = await bench()
  process.stdout.write(`${mark}${JSON.stringify(measures)}\n`)
}

/** What a line of a bench's stdout says, or undefined for any other line. */
export const heard = (line: string): readonly Measure[] | undefined =>
  line.startsWith(mark) ? (JSON.parse(line.slice(mark.length)) as Measure[]) : undefined

/** The middle of `values`: half are greater. */
export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** The value below which the share `p` of `values` lies. */
export const percentile = (values: readonly number[], p: number): number => {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN
}
