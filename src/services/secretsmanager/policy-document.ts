// What is wrong with the document of a resource policy, and whether it lets everybody in.
import { parsePolicy } from "../../policy/index.ts"

interface Statement {
  readonly Effect?: unknown
  readonly Principal?: unknown
  readonly Condition?: unknown
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const statementsOf = (document: unknown): readonly Statement[] => {
  const { Statement: statements } = (document ?? {}) as { Statement?: Statement | readonly Statement[] }
  return [statements ?? []].flat() as readonly Statement[]
}

/** What keeps a text from being a resource policy, in the words of IAM. */
export const problemOf = (text: string): string | undefined => {
  const parsed = parsePolicy(text, "resource")
  if (parsed.ok) return undefined
  // Text from memory.
  return parsed.reason === "json" ? "This resource policy contains invalid Json" : parsed.message
}

const isEverybody = (principal: unknown): boolean => {
  if (principal === "*") return true
  if (typeof principal !== "object" || principal === null) return false
  return Object.values(principal).some((values) => [values].flat().includes("*"))
}

/** Whether some statement allows everybody something, on no condition. */
export const isPublic = (text: string): boolean =>
  statementsOf(parse(text)).some(
    ({ Effect, Principal, Condition }) => Effect === "Allow" && isEverybody(Principal) && Condition === undefined,
  )
