// What is wrong with the document of a resource policy, and whether it lets everybody in.

interface Statement {
  readonly Effect?: unknown
  readonly Principal?: unknown
  readonly Action?: unknown
  readonly NotAction?: unknown
  readonly NotPrincipal?: unknown
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

/** Texts from memory. */
export const problemsOf = (text: string): readonly string[] => {
  const document = parse(text)
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return ["This resource policy contains invalid JSON."]
  }
  const statements = statementsOf(document)
  if (statements.length === 0) return ["This resource policy contains no statements."]
  return statements.flatMap((statement) => {
    if (typeof statement !== "object" || statement === null)
      return ["This resource policy contains an invalid statement."]
    if (statement.Effect !== "Allow" && statement.Effect !== "Deny") {
      return ["This resource policy contains a statement without a valid Effect."]
    }
    if (statement.Principal === undefined && statement.NotPrincipal === undefined) {
      return ["This resource policy contains a statement without a Principal."]
    }
    if (statement.Action === undefined && statement.NotAction === undefined) {
      return ["This resource policy contains a statement without an Action."]
    }
    return []
  })
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
