// Patterns for text: `ERROR "in quotes" -without`, `?any ?of`, `%regex%`. Terms are looked for anywhere in the message, in
// the case in which they are written.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
import type { Test } from "./conditions.ts"
import { badTerm, PatternRefused, type Scanner } from "./scanner.ts"

/** What a message must hold. */
export const readTerms = (scanner: Scanner): Test<string> => {
  const all: Test<string>[] = []
  const any: Test<string>[] = []
  const none: Test<string>[] = []
  for (scanner.space(); !scanner.ended; scanner.space()) {
    const sign = scanner.take(/[?-]/y)
    // An older page of AWS's writes `"ERROR" - "Exiting"`.
    if (sign === "-") scanner.space()
    const into = sign === "-" ? none : sign === "?" ? any : all
    into.push(readTerm(scanner))
    if (!scanner.ended && !/\s/.test(scanner.text[scanner.at] ?? "")) throw scanner.bad()
  }
  // AWS: "If you combine "?" with other filter patterns, all question mark terms will be ignored."
  const others = all.length + none.length > 0
  return (message) =>
    others
      ? all.every((test) => test(message)) && !none.some((test) => test(message))
      : any.length === 0 || any.some((test) => test(message))
}

const readTerm = (scanner: Scanner): Test<string> => {
  const regex = scanner.regex()
  if (regex) return (message) => regex.test(message)
  const quoted = scanner.quoted()
  if (quoted === "") throw badTerm('""')
  // AWS: quotes around a space match everything.
  if (quoted !== undefined && quoted.trim() === "") return () => true
  const term = quoted ?? scanner.take(/[A-Za-z0-9_]+/y)
  if (term === undefined) throw scanner.ended ? new PatternRefused() : scanner.bad()
  return (message) => message.includes(term)
}
