// What a rule's transforms make of a request's host and of its path and query, before it goes to a target. Expressions run
// in V8's linear engine: a pattern must never hold up all other requests.
import { setFlagsFromString } from "node:v8"
import type { RuleConfiguration, TransformConfiguration } from "../../../protocol/index.ts"
import type { RequestHead } from "../request-head.ts"
import type { Rewritten } from "../request-to-target.ts"

/** `invalid`: what came out is no host, or no path. */
export type Rewrite = (head: RequestHead) => Rewritten | "invalid" | undefined

const known = new WeakMap<RuleConfiguration, Rewrite>()

/** Compiled when it is first needed. @throws SyntaxError for an expression that cannot run in linear time. */
export const rewriteOf = (rule: RuleConfiguration): Rewrite => {
  const compiled = known.get(rule) ?? compile(rule.transforms ?? [])
  known.set(rule, compiled)
  return compiled
}

const compile = (transforms: readonly TransformConfiguration[]): Rewrite => {
  const steps = transforms.map(({ type, rewrites }) => {
    const replacements = rewrites.map(({ regex, replace }) => ({ regex: linear(regex), replace: onlyGroups(replace) }))
    const put = (text: string) => replacements.reduce((so, { regex, replace }) => so.replace(regex, replace), text)
    return { isHost: type === "host-header-rewrite", put }
  })
  return (head) => {
    if (steps.length === 0) return undefined
    let { host, rest } = head
    for (const { isHost, put } of steps) {
      if (isHost) host = put(host)
      else rest = put(rest)
    }
    if (!/^[\x21-\x7e]+$/.test(host) || !/^\/[\x21-\x7e]*$/.test(rest)) return "invalid"
    return { ...(host !== head.host && { host }), ...(rest !== head.rest && { path: rest }) }
  }
}

/** The engine's flag is V8's own; it is said once, before the first expression that has it. */
const linear = (pattern: string): RegExp => {
  setFlagsFromString("--enable-experimental-regexp-engine")
  const ignoresCase = pattern.startsWith("(?i)")
  return new RegExp(ignoresCase ? pattern.slice(4) : pattern, ignoresCase ? "il" : "l")
}

/** `$1` is a group; JavaScript's other signs behind a dollar stand for themselves. */
const onlyGroups = (replace: string): string => replace.replace(/\$(?!\d)/g, "$$$$")
