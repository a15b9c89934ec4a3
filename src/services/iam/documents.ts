// Policy documents of requests and answers: read and refused in AWS's words, written as AWS writes them.
import { fault } from "../../kernel/index.ts"

/** Percent-encoded as RFC 3986 has it, which is how IAM sends every document. */
export const encodeDocument = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** How IAM counts the size of a document: without white space. */
export const sizeOf = (text: string): number => text.replace(/\s/g, "").length

const malformed = (message: string): never => {
  throw fault("MalformedPolicyDocument", message)
}

/** Throws for a document that IAM would not take. */
export const checkDocument = (text: string, kind: "identity" | "trust"): void => {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    malformed(kind === "trust" ? "This policy contains invalid Json" : "Syntax errors in policy.")
  }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) malformed("Syntax errors in policy.")
}
