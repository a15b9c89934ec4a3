// Times as the metadata endpoint writes them. Pure.

/** RFC 3339 in UTC with the fraction's zeros cut off, as Go's RFC3339Nano has it. `epochMs` may have a fraction. */
export const rfc3339Nano = (epochMs: number): string => {
  const whole = Math.floor(epochMs)
  const nanoseconds = Math.round((epochMs - whole) * 1e6)
  const text = new Date(whole).toISOString().slice(0, -1) + String(nanoseconds).padStart(6, "0")
  return `${text.replace(/\.?0+$/, "")}Z`
}

/** `{ [name]: time }`, or nothing for a time that is not known. */
export const at = <N extends string>(name: N, epochMs: number | undefined): { readonly [K in N]?: string } =>
  (epochMs === undefined ? {} : { [name]: rfc3339Nano(epochMs) }) as { readonly [K in N]?: string }
