// From the text of a policy to its compiled form: checked when it is given to us, and compiled once, because every request
// looks at the same few documents.
import { compileDocument, type PolicyDocument } from "./document.ts"
import { type DocumentKind, documentProblem } from "./validate.ts"

/** A document, or what is wrong with it. `json`: the text is no JSON at all. The message is IAM's. */
export type ParsedPolicy =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly reason: "json" | "policy"; readonly message: string }

/**
 * Checks and compiles a policy that somebody gives us. IAM answers the message with MalformedPolicyDocument; other
 * services have words of their own for `reason`.
 */
export const parsePolicy = (text: string, kind: DocumentKind = "identity"): ParsedPolicy => {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    const message = kind === "trust" ? "This policy contains invalid Json" : "Syntax errors in policy."
    return { ok: false, reason: "json", message }
  }
  const message = documentProblem(raw, kind)
  return message === undefined ? { ok: true, document: compileDocument(raw) } : { ok: false, reason: "policy", message }
}

/** Enough for what is asked of at a time, and a few megabytes at most; the oldest goes first. */
const mostCompiled = 1000
const compiled = new Map<string, PolicyDocument>()

/** The compiled form of a policy that was checked when it came. Throws when it is no JSON: then the record is broken. */
export const compilePolicy = (text: string): PolicyDocument => {
  const known = compiled.get(text)
  if (known) return known
  const document = compileDocument(JSON.parse(text))
  const oldest = compiled.size >= mostCompiled ? compiled.keys().next().value : undefined
  if (oldest !== undefined) compiled.delete(oldest)
  compiled.set(text, document)
  return document
}
