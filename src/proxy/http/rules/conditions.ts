// Conditions of rules as functions of a request's head, compiled once for each configuration. Reference 5.1.
import { BlockList, isIPv6 } from "node:net"
import { compileRegexp } from "../../../kernel/index.ts"
import type { ConditionConfiguration } from "../../../protocol/index.ts"
import type { RequestHead } from "../request-head.ts"
import { compileWildcard } from "./wildcard.ts"

/** Who asks: the connection's address, whatever X-Forwarded-For says. */
export type Holds = (head: RequestHead, clientAddress: string) => boolean

type Test = (text: string) => boolean

export const compileCondition = (condition: ConditionConfiguration): Holds => {
  switch (condition.field) {
    case "host-header": {
      const matches = anyOf(condition, { ignoreCase: true })
      return (head) => matches(head.hostName)
    }
    case "path-pattern": {
      const matches = anyOf(condition, { ignoreCase: false })
      return (head) => matches(head.path)
    }
    case "http-request-method": {
      const methods = new Set(condition.values)
      return (head) => methods.has(head.method)
    }
    case "http-header": {
      const matches = anyOf(condition, { ignoreCase: true })
      const name = condition.name.toLowerCase()
      return (head) => head.values(name).some(matches)
    }
    case "source-ip": {
      const list = blockList(condition.values)
      return (_, address) => list.check(address, isIPv6(address) ? "ipv6" : "ipv4")
    }
    case "query-string":
      return queryCondition(condition.values)
  }
}

const anyOf = (
  { values, regex }: { readonly values: readonly string[]; readonly regex?: true },
  options: { readonly ignoreCase: boolean },
): Test => {
  const tests = values.map((value) => (regex ? regexpTest(value) : compileWildcard(value, options).test))
  const [only] = tests
  return tests.length === 1 && only ? only : (text) => tests.some((test) => test(text))
}

/** A text that takes too long to look at matches nothing. */
const regexpTest = (pattern: string): Test => {
  const regexp = compileRegexp(pattern)
  return (text) => regexp.test(text) === true
}

const blockList = (ranges: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = "", bits] = range.split("/")
    const family = isIPv6(address) ? "ipv6" : "ipv4"
    list.addSubnet(address, bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits), family)
  }
  return list
}

/** Keys and values are compared as they stand in the URL and decoded: AWS does not say which, and one of both is meant. */
const queryCondition = (values: readonly { readonly key?: string; readonly value: string }[]): Holds => {
  const tests = values.map(({ key, value }) => ({
    key: key === undefined ? () => true : compileWildcard(key, { ignoreCase: true }).test,
    value: compileWildcard(value, { ignoreCase: true }).test,
  }))
  return ({ query }) =>
    query !== "" &&
    query.split("&").some((pair) => {
      const at = pair.indexOf("=")
      const key = at < 0 ? pair : pair.slice(0, at)
      const value = at < 0 ? "" : pair.slice(at + 1)
      return tests.some(
        (test) => (test.key(key) || test.key(decoded(key))) && (test.value(value) || test.value(decoded(value))),
      )
    })
}

const decoded = (text: string): string => {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    // A percent sign that stands for itself.
    return text
  }
}
