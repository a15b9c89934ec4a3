// Policy documents of requests and answers: read and refused in AWS's words, written as AWS writes them.
import { fault } from "../../kernel/index.ts"
import { parsePolicy } from "../../policy/index.ts"

/** Percent-encoded as RFC 3986 has it, which is how IAM sends every document. */
export const encodeDocument = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** How IAM counts the size of a document: without white space. */
export const sizeOf = (text: string): number => text.replace(/\s/g, "").length

/** Throws for a document that IAM would not take. */
export const checkDocument = (text: string, kind: "identity" | "trust"): void => {
  const parsed = parsePolicy(text, kind)
  if (!parsed.ok) throw fault("MalformedPolicyDocument", parsed.message)
}
