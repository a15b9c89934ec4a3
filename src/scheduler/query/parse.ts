// The grammar of the cluster query language: conditions joined by and, or and not, with parentheses between them.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
import { compileRegexp, type Regexp, RegexpError } from "../../kernel/index.ts"
import { QueryError, scan, type Token } from "./scan.ts"

export type Comparison = "==" | "!=" | ">" | ">=" | "<" | "<="

export type Query =
  | { readonly kind: "and" | "or"; readonly of: readonly Query[] }
  | { readonly kind: "not"; readonly of: Query }
  | { readonly kind: "compare"; readonly subject: string; readonly operator: Comparison; readonly value: string }
  | { readonly kind: "exists"; readonly subject: string; readonly wanted: boolean }
  | { readonly kind: "in"; readonly subject: string; readonly values: readonly string[]; readonly wanted: boolean }
  | { readonly kind: "matches"; readonly subject: string; readonly pattern: Regexp; readonly wanted: boolean }

/** The spellings of an operator, by what it means. */
const operators: Readonly<Record<string, string>> = {
  equals: "==",
  not_equals: "!=",
  greater_than: ">",
  greater_than_equal: ">=",
  less_than: "<",
  less_than_equal: "<=",
  "!exists": "not_exists",
  "!in": "not_in",
  "=~": "matches",
  "!~": "not_matches",
}

const equality = ["==", "!="]
const order = [...equality, ">", ">=", "<", "<="]
const texts = [...equality, "in", "not_in", "matches", "not_matches"]
/** What may be asked of each subject; of attributes and groups everything. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  agentConnected: texts,
  ec2InstanceId: texts,
  agentVersion: order,
  registeredAt: order,
  runningTasksCount: order,
}

/** Deep enough for any query that a person writes, and no deeper than a stack. */
const deepest = 64
const longest = 4096

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    if (text.length > longest) throw new QueryError(`longer than ${longest} characters`)
    this.#tokens = scan(text)
  }

  whole(): Query {
    const query = this.#or()
    if (this.#peek()) throw new QueryError(`unexpected '${this.#peek()?.text}'`)
    return query
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  /** Takes the next token if it is one of these, as a symbol or an unquoted word. */
  #take(...texts: string[]): boolean {
    const token = this.#peek()
    if (!token || (token.kind === "word" && token.quoted) || !texts.includes(token.text)) return false
    this.#at += 1
    return true
  }

  #or(): Query {
    const of = [this.#and()]
    while (this.#take("||", "or")) of.push(this.#and())
    return of.length === 1 && of[0] ? of[0] : { kind: "or", of }
  }

  #and(): Query {
    const of = [this.#not()]
    while (this.#take("&&", "and")) of.push(this.#not())
    return of.length === 1 && of[0] ? of[0] : { kind: "and", of }
  }

  #not(): Query {
    this.#depth += 1
    if (this.#depth > deepest) throw new QueryError("nested too deeply")
    try {
      if (this.#take("!", "not")) return { kind: "not", of: this.#not() }
      if (!this.#take("(")) return this.#condition()
      const inner = this.#or()
      if (!this.#take(")")) throw new QueryError("missing ')'")
      return inner
    } finally {
      this.#depth -= 1
    }
  }

  #word(what: string): string {
    const token = this.#peek()
    if (token?.kind !== "word")
      throw new QueryError(`${what} expected${token ? ` before '${token.text}'` : " at the end"}`)
    this.#at += 1
    return token.text
  }

  #condition(): Query {
    const subject = this.#word("subject")
    if (!/^attribute:./.test(subject) && subject !== "task:group" && !Object.hasOwn(allowed, subject)) {
      throw new QueryError(`unknown subject '${subject}'`)
    }
    const token = this.#peek()
    if (!token) throw new QueryError(`operator expected after '${subject}'`)
    this.#at += 1
    const operator = operators[token.text] ?? token.text
    const may = allowed[subject]
    if (may && !may.includes(operator)) throw new QueryError(`'${token.text}' can not be asked of ${subject}`)
    switch (operator) {
      case "==":
      case "!=":
      case ">":
      case ">=":
      case "<":
      case "<=":
        return { kind: "compare", subject, operator, value: this.#word("argument") }
      case "exists":
      case "not_exists":
        return { kind: "exists", subject, wanted: operator === "exists" }
      case "in":
      case "not_in":
        return { kind: "in", subject, values: this.#list(), wanted: operator === "in" }
      case "matches":
      case "not_matches":
        return { kind: "matches", subject, pattern: patternOf(this.#word("pattern")), wanted: operator === "matches" }
      default:
        throw new QueryError(`unknown operator '${token.text}'`)
    }
  }

  #list(): readonly string[] {
    if (!this.#take("[")) throw new QueryError("'[' expected")
    const values = [this.#word("argument")]
    while (this.#take(",")) values.push(this.#word("argument"))
    if (!this.#take("]")) throw new QueryError("']' expected")
    return values
  }
}

/** Java's patterns as far as they are Go's too; the whole value must match. */
const patternOf = (text: string): Regexp => {
  try {
    return compileRegexp(`^(?:${text})$`)
  } catch (thrown) {
    if (thrown instanceof RegexpError) throw new QueryError(`'${text}' is not a pattern: ${thrown.message}`)
    throw thrown
  }
}

/** Throws {@link QueryError} for what is not a query. */
export const parseQuery = (text: string): Query => new Parser(text).whole()
