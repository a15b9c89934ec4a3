// Finds the rule for a request: the first in order of priority whose conditions all hold. Rules are indexed by what their
// hosts and paths say for certain, so that a thousand of them cost about as much as the few that could apply.
import type { ConditionConfiguration, RuleConfiguration } from "../../../protocol/index.ts"
import type { RequestHead } from "../request-head.ts"
import { compileCondition, type Holds } from "./conditions.ts"
import { compileWildcard, type Wildcard } from "./wildcard.ts"

export interface Matched {
  readonly rule: RuleConfiguration
  /** Rules before it in order, and itself unless it is the default one: what the metric RuleEvaluations counts. */
  readonly evaluated: number
}

export type Matcher = (head: RequestHead, clientAddress: string) => Matched | undefined

interface Compiled {
  readonly at: number
  readonly holds: readonly Holds[]
  readonly matched: Matched
}

/** Rules by the beginning of the path; each list in order. */
interface PathNode {
  readonly rules: Compiled[]
  readonly next: Map<string, PathNode>
  /** Of the keys in `next`, each once. */
  lengths: number[]
}

/** Paths are cut so short for the index that there are few lengths to look at. */
const indexLengths = [1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 48, 64]

export const compileRules = (rules: readonly RuleConfiguration[]): Matcher => {
  const byHost = new Map<string, PathNode>()
  const bySuffix = new Map<string, PathNode>()
  const anyHost = newNode()
  rules.forEach((rule, at) => {
    const matched = { rule, evaluated: rule.priority === 0 ? at : at + 1 }
    const compiled: Compiled = { at, matched, holds: rule.conditions.map(compileCondition) }
    for (const node of hostNodes(rule, { byHost, bySuffix, anyHost })) addByPath(node, rule, compiled)
  })
  return (head, clientAddress) => {
    const search: Search = { head, clientAddress, best: undefined }
    lookIn(anyHost, search)
    if (byHost.size > 0) lookIn(byHost.get(head.hostName), search)
    if (bySuffix.size > 0)
      for (let dot = head.hostName.indexOf("."); dot >= 0; dot = head.hostName.indexOf(".", dot + 1))
        lookIn(bySuffix.get(head.hostName.slice(dot)), search)
    return search.best?.matched
  }
}

interface Search {
  readonly head: RequestHead
  readonly clientAddress: string
  best: Compiled | undefined
}

const lookIn = (node: PathNode | undefined, search: Search): void => {
  if (!node) return
  tryAll(node.rules, search)
  for (const length of node.lengths) {
    if (search.head.path.length < length) break
    const found = node.next.get(search.head.path.slice(0, length))
    if (found) tryAll(found.rules, search)
  }
}

const tryAll = (rules: readonly Compiled[], search: Search): void => {
  for (const one of rules) {
    if (search.best && one.at >= search.best.at) return
    if (one.holds.every((holds) => holds(search.head, search.clientAddress))) {
      search.best = one
      return
    }
  }
}

const newNode = (): PathNode => ({ rules: [], next: new Map(), lengths: [] })

const nodeIn = (nodes: Map<string, PathNode>, key: string): PathNode => {
  const known = nodes.get(key) ?? newNode()
  nodes.set(key, known)
  return known
}

interface HostIndexes {
  readonly byHost: Map<string, PathNode>
  readonly bySuffix: Map<string, PathNode>
  readonly anyHost: PathNode
}

/** Where a rule has to be found: under each of its hosts, when all of them say something for certain. */
const hostNodes = (rule: RuleConfiguration, { byHost, bySuffix, anyHost }: HostIndexes): ReadonlySet<PathNode> => {
  const hosts = wildcardsOf(rule, "host-header", { ignoreCase: true })
  const nodes = new Set<PathNode>()
  for (const host of hosts ?? []) {
    const dot = host.suffix.indexOf(".")
    if (host.exact !== undefined) nodes.add(nodeIn(byHost, host.exact))
    else if (dot >= 0) nodes.add(nodeIn(bySuffix, host.suffix.slice(dot)))
    else return new Set([anyHost])
  }
  return nodes.size > 0 ? nodes : new Set([anyHost])
}

const addByPath = (node: PathNode, rule: RuleConfiguration, compiled: Compiled): void => {
  const keys = new Set<string>()
  for (const path of wildcardsOf(rule, "path-pattern", { ignoreCase: false }) ?? [undefined]) {
    const prefix = path?.prefix ?? ""
    const length = indexLengths.findLast((one) => one <= prefix.length)
    keys.add(length === undefined ? "" : prefix.slice(0, length))
  }
  if (keys.has("")) {
    node.rules.push(compiled)
    return
  }
  for (const key of keys) nodeIn(node.next, key).rules.push(compiled)
  node.lengths = [...new Set([...node.lengths, ...[...keys].map((key) => key.length)])].sort((a, b) => a - b)
}

/** Undefined when the rule has no such condition, or one of expressions, which say nothing to an index. */
const wildcardsOf = (
  rule: RuleConfiguration,
  field: "host-header" | "path-pattern",
  options: { readonly ignoreCase: boolean },
): readonly Wildcard[] | undefined => {
  const condition = rule.conditions.find((one): one is Textual => one.field === field && !("regex" in one))
  return condition?.values.map((value) => compileWildcard(value, options))
}

type Textual = Extract<ConditionConfiguration, { readonly field: "host-header" | "path-pattern" }>
