// Points in time as conditions write them: a W3C form of ISO 8601, or seconds since 1970.

const iso =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/i

/** Milliseconds since 1970; undefined when the text is no time. */
export const timeOf = (text: string): number | undefined => {
  // Four digits alone are seconds: a year has its month with it in every policy that was seen.
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const found = iso.exec(text.trim())
  if (!found) return undefined
  const [, year, month = "01", day = "01", hour = "00", minute = "00", second = "00", fraction = "0", zone = "Z"] =
    found
  const offset = zone.toUpperCase() === "Z" ? "Z" : zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}${offset}`,
  )
  return Number.isNaN(time) ? undefined : time
}
