// How a parameter is named when it is read: by its name or ARN, with or without a version or label behind a colon.
import { formatArn, parseArn, type Scope, scopeKey } from "../../kernel/index.ts"

/** What a name means. */
export interface Reference {
  /** As it was given, or as the ARN has it with a slash before a path. */
  readonly name: string
  /** A version's number or a label. */
  readonly selector?: string
  /** Whose parameter it is: the caller's unless the ARN says another. */
  readonly scope: Scope
}

/** Undefined for what can name nothing. */
export const parseReference = (text: string, scope: Scope): Reference | undefined => {
  const trimmed = text.trim()
  const arn = parseArn(trimmed)
  if (arn && (arn.service !== "ssm" || !arn.resource.startsWith("parameter/"))) return undefined
  const path = arn ? arn.resource.slice("parameter".length) : trimmed
  const [given = "", selector, ...more] = path.split(":")
  // In an ARN a slash stands before every name; only a path has it as its own.
  const name = arn && !given.slice(1).includes("/") ? given.slice(1) : given
  if (more.length > 0 || selector === "" || name === "" || name === "/") return undefined
  // Public parameters are in nobody's account.
  const owner = arn && arn.account !== "" ? { account: arn.account, region: arn.region } : scope
  return { name, scope: owner, ...(selector !== undefined && { selector }) }
}

/** The reference's own scope is the caller's: parameters are not shared between accounts, and an endpoint has one region. */
export const isOwn = (reference: Reference, scope: Scope): boolean => scopeKey(reference.scope) === scopeKey(scope)

export const arnOf = (scope: Scope, name: string): string =>
  formatArn("ssm", scope, `parameter/${name.replace(/^\//, "")}`)

/** `arn:aws:ssm:<region>::parameter/aws/…`. */
export const publicArnOf = (region: string, name: string): string =>
  formatArn("ssm", { account: "", region }, `parameter${name}`)
