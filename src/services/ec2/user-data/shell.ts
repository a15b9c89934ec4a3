// What a shell script writes into the agent's settings file, without running it: `echo`, `printf`, `cat` and `tee` with
// literals, into /etc/ecs/ecs.config. Everything else is left alone; a line that touches the file in another way is
// reported. Pure.
import { readLine, type Token, unknown } from "./shell-words.ts"

/** The file of the agent's settings on ECS-optimized images. */
export const settingsFile = "/etc/ecs/ecs.config"

/** What becomes of the settings file. */
export interface Written {
  /** Its content; undefined when nothing was written. */
  readonly text?: string
  /** Lines that touch the file in a way that is not understood. */
  readonly notUnderstood: readonly string[]
}

type Text = string | typeof unknown

interface World {
  file: string | undefined
  readonly variables: Map<string, string>
  readonly notUnderstood: string[]
  /** How many `if`, `for`, `while` and `case` are open: what is inside may or may not happen. */
  depth: number
}

const opens = new Set(["if", "for", "while", "until", "case", "select"])
const closes = new Set(["fi", "done", "esac"])
/** They change nothing of what the file says. */
const harmless = new Set(["mkdir", "touch", "chmod", "chown", "ls", "test", "["])

const isWord = (token: Token): token is Extract<Token, { kind: "word" }> => token.kind === "word"

const rawOf = (tokens: readonly Token[]): string =>
  tokens
    .map((t) => (t.kind === "word" ? t.raw : t.kind === "operator" ? t.text : "<<"))
    .join(" ")
    .slice(0, 200)

const touches = (tokens: readonly Token[]): boolean =>
  tokens.some(
    (t) => isWord(t) && (t.raw.includes("ecs.config") || (t.text !== unknown && t.text.includes(settingsFile))),
  )

/** Parts of a list of tokens between these operators, each with the operator before it. */
const split = (tokens: readonly Token[], at: readonly string[]): { before: string; tokens: Token[] }[] => {
  const parts: { before: string; tokens: Token[] }[] = [{ before: "", tokens: [] }]
  for (const token of tokens) {
    if (token.kind === "operator" && at.includes(token.text)) parts.push({ before: token.text, tokens: [] })
    else parts.at(-1)?.tokens.push(token)
  }
  return parts.filter((part) => part.tokens.length > 0)
}

interface Simple {
  readonly words: readonly Text[]
  readonly document?: Text
  readonly redirect?: { readonly append: boolean; readonly path: Text }
}

/** A command with its redirections; undefined when it has some that mean something else. */
const simple = (tokens: readonly Token[]): Simple | undefined => {
  const words: Text[] = []
  let document: Text | undefined
  let redirect: Simple["redirect"]
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]
    if (!token) break
    if (token.kind === "document") document = token.text
    else if (token.kind === "word") words.push(token.text)
    else if (token.text === ">" || token.text === ">>") {
      const target = tokens[++i]
      if (!target || !isWord(target)) return undefined
      // `2>/dev/null`: the digit before it is the stream's.
      if (words.at(-1) === "2" && target.text !== settingsFile) words.pop()
      else redirect = { append: token.text === ">>", path: target.text }
    } else return undefined
  }
  return { words, ...(document !== undefined && { document }), ...(redirect && { redirect }) }
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\", r: "\r", '"': '"', "'": "'" }
const unescaped = (text: string): string => text.replace(/\\(.)/g, (all, c: string) => escapes[c] ?? all)

const join = (words: readonly Text[]): Text =>
  words.some((word) => word === unknown) ? unknown : (words as readonly string[]).join(" ")

/** What a command prints; undefined for one that nobody can tell of. */
const output = (words: readonly Text[], stdin: Text | undefined): Text | undefined => {
  const [program, ...rest] = words
  if (program === "echo") {
    let newline = "\n"
    let escaped = false
    let i = 0
    for (; /^-[neE]+$/.test(String(rest[i] === unknown ? "" : rest[i])); i++) {
      if (String(rest[i]).includes("n")) newline = ""
      if (String(rest[i]).includes("e")) escaped = true
    }
    const text = join(rest.slice(i))
    return text === unknown ? unknown : (escaped ? unescaped(text) : text) + newline
  }
  if (program === "printf") return printf(rest)
  if (program === "cat") return rest.length === 0 || (rest.length === 1 && rest[0] === "-") ? stdin : undefined
  if (program === "tee") return stdin
  return undefined
}

const printf = ([format, ...rest]: readonly Text[]): Text | undefined => {
  if (format === unknown || rest.includes(unknown)) return unknown
  if (format === undefined) return undefined
  const values = [...(rest as string[])]
  const text = unescaped(format)
  if (/%(?!s|%)/.test(text)) return undefined
  let all = ""
  do all += text.replace(/%(s|%)/g, (_, kind: string) => (kind === "%" ? "%" : (values.shift() ?? "")))
  while (values.length > 0 && text.includes("%s"))
  return all
}

/** A pipeline: answers whether all that it does to the file is known. */
const runPipeline = (world: World, tokens: readonly Token[]): boolean => {
  let stdin: Text | undefined
  const writes: { append: boolean; text: Text }[] = []
  for (const part of split(tokens, ["|"])) {
    const command = simple(part.tokens)
    if (!command) return false
    const words = command.words[0] === "sudo" ? command.words.slice(1) : command.words
    const printed = output(words, command.document ?? stdin)
    if (words[0] === "tee" && words.includes(settingsFile)) {
      if (printed === undefined) return false
      writes.push({ append: words.includes("-a") || words.includes("--append"), text: printed })
    } else if (command.redirect?.path === settingsFile) {
      if (printed === undefined) return false
      writes.push({ append: command.redirect.append, text: printed })
    } else if (words.some((word) => word !== unknown && word.includes(settingsFile))) {
      if (!harmless.has(String(words[0] === unknown ? "" : words[0]))) return false
    } else if (command.redirect?.path === unknown && touches(part.tokens)) return false
    stdin = printed
  }
  // Lines of which a part is unknown are lost, and said to be; the others count.
  for (const { append, text } of writes) {
    if (text === unknown) return false
    world.file = append ? (world.file ?? "") + text : text
  }
  return writes.length > 0 || !touches(tokens) || tokens.some((t) => isWord(t) && harmless.has(t.raw))
}

const assignment = /^([A-Za-z_]\w*)=/

/** Answers whether it has set a variable. */
const runCommand = (world: World, tokens: readonly Token[], conditional: boolean): boolean => {
  const [first] = tokens
  const raw = first && isWord(first) ? first.raw : ""
  if (opens.has(raw)) world.depth++
  if (closes.has(raw)) world.depth = Math.max(0, world.depth - 1)
  if (world.depth > 0 || conditional) {
    if (touches(tokens)) world.notUnderstood.push(rawOf(tokens))
    return false
  }
  const words = raw === "export" ? tokens.slice(1) : tokens
  if (words.length > 0 && words.every((t) => isWord(t) && assignment.test(t.raw))) {
    for (const token of words) if (isWord(token)) assign(world, token)
    return true
  }
  if (!runPipeline(world, tokens)) world.notUnderstood.push(rawOf(tokens))
  return false
}

const assign = (world: World, { text, raw }: { text: Text; raw: string }): void => {
  const name = assignment.exec(raw)?.[1] ?? ""
  if (text === unknown) world.variables.delete(name)
  else world.variables.set(name, text.slice(name.length + 1))
}

/** Lines between `{` and `}` (or parentheses) that are redirected together, as one pipeline each. */
const ungroup = (tokens: readonly Token[]): readonly Token[] | undefined => {
  const isMark = (token: Token | undefined, mark: string) =>
    token !== undefined &&
    (token.kind === "word" ? token.raw === mark : token.kind === "operator" && token.text === mark)
  const [first] = tokens
  const mark = isMark(first, "{") ? "}" : isMark(first, "(") ? ")" : undefined
  if (mark === undefined) return undefined
  const end = tokens.findLastIndex((token) => isMark(token, mark))
  if (end < 0) return undefined
  const redirect = tokens.slice(end + 1)
  const inner = split(tokens.slice(1, end), [";"])
  const [operator, ...target] = redirect
  if (operator?.kind !== "operator" || (operator.text !== ">" && operator.text !== ">>")) return undefined
  // The first line begins the file anew when the group does.
  return inner.flatMap((part, i) => {
    const way: Token = { kind: "operator", text: i === 0 ? operator.text : ">>" }
    return [...part.tokens, way, ...target, { kind: "operator" as const, text: ";" }]
  })
}

const openGroup = (tokens: readonly Token[]): boolean => {
  const count = (mark: string) =>
    tokens.filter((t) => (t.kind === "word" ? t.raw === mark : t.kind === "operator" && t.text === mark)).length
  const [first] = tokens
  const begins = first && (first.kind === "word" ? first.raw === "{" : first.kind === "operator" && first.text === "(")
  return begins === true && (count("{") > count("}") || count("(") > count(")"))
}

/** The commands of a line, or of a group of lines. */
const readParts = (world: World, reader: { readonly text: string; at: number }) => {
  let line = readLine(reader, world.variables)
  while (openGroup(line) && reader.at < reader.text.length) {
    line = [...line, { kind: "operator", text: ";" }, ...readLine(reader, world.variables)]
  }
  return split(ungroup(line) ?? line, [";", "&&", "||", "&"])
}

/** Reads a script. `before` is what the file says already. */
export const readShell = (script: string, before?: string): Written => {
  const world: World = { file: before, variables: new Map(), notUnderstood: [], depth: 0 }
  const reader = { text: script, at: 0 }
  while (reader.at < script.length) {
    const from = reader.at
    let parts = readParts(world, reader)
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]
      if (part && runCommand(world, part.tokens, part.before === "||")) {
        // A variable may be used on the line that sets it.
        reader.at = from
        parts = readParts(world, reader)
      }
    }
  }
  return { ...(world.file !== undefined && { text: world.file }), notUnderstood: world.notUnderstood }
}
