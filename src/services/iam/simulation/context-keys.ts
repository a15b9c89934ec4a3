// Which condition keys policies ask for: GetContextKeysForCustomPolicy and GetContextKeysForPrincipalPolicy, and what a
// simulation was not given.
import type { ReadOp } from "../../../gate/index.ts"
import { policiesOfSource, readInputs } from "./sources.ts"

/** The keys of conditions and variables in a document, as it spells them. */
export const contextKeysOf = (text: string): ReadonlySet<string> => {
  const keys = new Set<string>()
  const { Statement } = JSON.parse(text) as { Statement?: unknown }
  for (const statement of [Statement].flat() as { Condition?: Record<string, Record<string, unknown>> }[])
    for (const wanted of Object.values(statement.Condition ?? {})) for (const key of Object.keys(wanted)) keys.add(key)
  for (const [, key = ""] of text.matchAll(/\$\{([^},]*)[^}]*\}/g))
    if (!/^[*?$]?$/.test(key.trim())) keys.add(key.trim())
  return keys
}

/** Of several documents, each key once whatever its case. */
export const allContextKeys = (texts: readonly string[]): string[] => {
  const keys = new Map<string, string>()
  for (const text of texts)
    for (const key of contextKeysOf(text)) if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key)
  return [...keys.values()]
}

export const GetContextKeysForCustomPolicy: ReadOp<"iam", "GetContextKeysForCustomPolicy"> = (_cx, input) => ({
  ContextKeyNames: allContextKeys(readInputs("PolicyInputList", input.PolicyInputList).map(({ text }) => text)),
})

export const GetContextKeysForPrincipalPolicy: ReadOp<"iam", "GetContextKeysForPrincipalPolicy"> = (cx, input) => {
  const source = policiesOfSource(cx, input.PolicySourceArn ?? "")
  const more = readInputs("PolicyInputList", input.PolicyInputList)
  return { ContextKeyNames: allContextKeys([...source.policies, ...more].map(({ text }) => text)) }
}
