// A policy document in the form that evaluation works with, and how it is compiled from what JSON.parse gave. Only
// its form is needed here; what IAM refuses beyond that is in validate.ts.
import { type Condition, compileCondition } from "./conditions/index.ts"
import { contextOf } from "./context.ts"
import { compilePattern, type Pattern } from "./pattern.ts"
import type { Principals } from "./principal.ts"

/** One statement, compiled. */
export interface Statement {
  readonly sid?: string
  readonly effect: "Allow" | "Deny"
  /** Its place in the document, from 0. */
  readonly index: number
  readonly principal?: Principals
  readonly notPrincipal?: Principals
  readonly actions: readonly Pattern[]
  /** The actions are those of NotAction. */
  readonly otherActions: boolean
  /** Absent in trust policies, which are about their own role. */
  readonly resources?: readonly Pattern[]
  readonly otherResources: boolean
  readonly conditions: readonly Condition[]
}

/** A policy, compiled. */
export interface PolicyDocument {
  readonly version: string
  readonly allows: readonly Statement[]
  readonly denies: readonly Statement[]
  /** The statements that are about an action (in lower case): found once for each of the few that are ever asked about. */
  readonly about: (action: string) => Pick<PolicyDocument, "allows" | "denies">
  /** The condition keys that the document asks for, in lower case; variables too. */
  readonly keys: ReadonlySet<string>
}

/** A statement as JSON has it; anything may be anything. */
export type RawStatement = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is RawStatement =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** One or several. */
export const listed = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]

const texts = (value: unknown): readonly string[] =>
  listed(value).flatMap((item) => (item === null || typeof item === "object" ? [] : String(item)))

const newest = "2012-10-17"

/** Compiles what JSON.parse gave. What has no meaning is left out: a statement without an effect does nothing. */
export const compileDocument = (raw: unknown): PolicyDocument => {
  const document = isObject(raw) ? raw : {}
  const version = typeof document.Version === "string" ? document.Version : "2008-10-17"
  const keys = new Set<string>()
  const statements = listed(document.Statement)
    .filter(isObject)
    .map((statement, index) => compileStatement(statement, index, version === newest, keys))
  const allows = statements.filter(({ effect }) => effect === "Allow")
  const denies = statements.filter(({ effect }) => effect === "Deny")
  return { version, allows, denies, about: byAction(allows, denies), keys }
}

/** More actions than a service has; simulations may ask for any. */
const mostActions = 500

const byAction = (allows: readonly Statement[], denies: readonly Statement[]): PolicyDocument["about"] => {
  const known = new Map<string, ReturnType<PolicyDocument["about"]>>()
  const none = contextOf({})
  return (action) => {
    const found = known.get(action)
    if (found) return found
    const concerns = ({ actions, otherActions }: Statement) =>
      actions.some((pattern) => pattern(action, none)) !== otherActions
    const made = { allows: allows.filter(concerns), denies: denies.filter(concerns) }
    if (known.size >= mostActions) known.clear()
    known.set(action, made)
    return made
  }
}

const compileStatement = (raw: RawStatement, index: number, variables: boolean, keys: Set<string>): Statement => {
  const otherActions = raw.Action === undefined && raw.NotAction !== undefined
  const otherResources = raw.Resource === undefined && raw.NotResource !== undefined
  const resources = otherResources ? raw.NotResource : raw.Resource
  // Compared in lower case: the question's action comes so.
  const action = (text: string) => compilePattern(text.toLowerCase(), { wild: true, variables: false })
  const resource = (text: string) => {
    if (variables) noteVariables(text, keys)
    return compilePattern(completeArn(text), { wild: true, variables })
  }
  const principal = principalsOf(raw.Principal)
  const notPrincipal = principalsOf(raw.NotPrincipal)
  return {
    ...(typeof raw.Sid === "string" && { sid: raw.Sid }),
    effect: raw.Effect === "Deny" ? "Deny" : "Allow",
    index,
    ...(principal !== undefined && { principal }),
    ...(notPrincipal !== undefined && { notPrincipal }),
    actions: texts(otherActions ? raw.NotAction : raw.Action).map(action),
    otherActions,
    ...(resources !== undefined && { resources: texts(resources).map(resource) }),
    otherResources,
    conditions: conditionsOf(raw.Condition, variables, keys),
  }
}

const conditionsOf = (raw: unknown, variables: boolean, keys: Set<string>): readonly Condition[] =>
  Object.entries(isObject(raw) ? raw : {}).flatMap(([operator, wanted]) =>
    Object.entries(isObject(wanted) ? wanted : {}).map(([key, values]) => {
      const all = texts(values)
      keys.add(key.toLowerCase())
      if (variables) for (const value of all) noteVariables(value, keys)
      return compileCondition(operator, key, all, variables)
    }),
  )

const noteVariables = (text: string, keys: Set<string>): void => {
  for (const [, key = ""] of text.matchAll(/\$\{([^},]*)[^}]*\}/g)) {
    if (!/^[*?$]?$/.test(key)) keys.add(key.trim().toLowerCase())
  }
}

/** `arn:aws:sqs` stands for `arn:aws:sqs:*:*:*`. */
const completeArn = (text: string): string => {
  const colons = text.startsWith("arn:") && !text.includes("${") ? text.split(":").length - 1 : 5
  return colons < 5 ? text + ":*".repeat(5 - colons) : text
}

const principalsOf = (raw: unknown): Principals | undefined => {
  if (raw === undefined) return undefined
  if (raw === "*") return "*"
  if (!isObject(raw)) return {}
  return Object.fromEntries(Object.entries(raw).map(([type, names]) => [type, texts(names)]))
}
