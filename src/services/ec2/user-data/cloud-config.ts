// What a cloud-config writes into the agent's settings file: `write_files` with that path, and the lines of `bootcmd` and
// `runcmd`, which are shell. A few forms of YAML are read, and only for these keys; nothing is run. Pure.
import { readShell, settingsFile, type Written } from "./shell.ts"

interface Line {
  readonly indent: number
  readonly text: string
}

const linesOf = (text: string): Line[] =>
  text.split(/\r?\n/).map((line) => ({ indent: line.length - line.trimStart().length, text: line }))

const isBlank = ({ text }: Line): boolean => text.trim() === ""
const isSkipped = (line: Line): boolean => isBlank(line) || line.text.trim().startsWith("#")

/** The lines below a key of the top. */
const section = (lines: readonly Line[], key: string): Line[] => {
  const start = lines.findIndex(({ text }) => text.startsWith(`${key}:`))
  if (start < 0) return []
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => !isSkipped(line) && line.indent === 0 && !line.text.startsWith("-"))
  return end < 0 ? rest : rest.slice(0, end)
}

/** The entries of a list: each with the dash replaced by a blank. */
const entries = (lines: readonly Line[]): Line[][] => {
  const dash = lines.find((line) => line.text.trim().startsWith("-"))?.indent
  const all: Line[][] = []
  for (const line of lines) {
    if (line.indent === dash && line.text.trim().startsWith("-")) {
      const text = line.text.replace("-", " ")
      all.push([{ text, indent: text.length - text.trimStart().length }])
    } else all.at(-1)?.push(line)
  }
  return all
}

const unquoted = (text: string): string | undefined => {
  const value = text.trim()
  if (/^".*"$/.test(value)) {
    try {
      return JSON.parse(value) as string
    } catch {
      return undefined
    }
  }
  if (/^'.*'$/.test(value)) return value.slice(1, -1).replaceAll("''", "'")
  return value
}

/** A scalar that begins after its key or dash: plain, quoted, or a block (`|`). */
const scalar = (first: string, below: readonly Line[], indent: number): string | undefined => {
  const head = first.trim()
  if (!/^[|>][+-]?\d?$/.test(head)) return unquoted(head.replace(/\s+#.*$/, ""))
  if (head.startsWith(">")) return undefined
  const end = below.findIndex((line) => !isBlank(line) && line.indent <= indent)
  const block = end < 0 ? below : below.slice(0, end)
  const margin = Math.min(...block.filter((line) => !isBlank(line)).map((line) => line.indent))
  const text = block.map((line) => `${line.text.slice(margin)}\n`).join("")
  return `${text.replace(/\n+$/, "")}\n`
}

/** The members of an entry that is a mapping. */
const members = (entry: readonly Line[]): Map<string, string | undefined> => {
  const found = new Map<string, string | undefined>()
  const own = entry[0]?.indent ?? 0
  for (const [i, line] of entry.entries()) {
    const match = line.indent === own ? /^\s*([A-Za-z_]+):(?:\s+(.*))?$/.exec(line.text) : null
    if (match) found.set(match[1] ?? "", scalar(match[2] ?? "", entry.slice(i + 1), own))
  }
  return found
}

const decoded = (content: string, encoding: string | undefined): string | undefined => {
  if (encoding === undefined || encoding === "text/plain") return content
  return /^(b64|base64)$/.test(encoding) ? Buffer.from(content, "base64").toString("utf8") : undefined
}

/** A command of `runcmd`: a line of shell, or a list of words. */
const commandOf = (entry: readonly Line[]): string | undefined => {
  const [first] = entry
  const text = first?.text.trim() ?? ""
  if (!text.startsWith("[")) return scalar(text, entry.slice(1), (first?.indent ?? 1) - 1)
  const words = text.slice(1, text.lastIndexOf("]")).match(/"(?:\\.|[^"])*"|'(?:''|[^'])*'|[^,\s][^,]*/g) ?? []
  const values = words.map((word) => unquoted(word))
  const isShell = /^(\/bin\/)?(ba)?sh$/.test(values[0] ?? "") && /^-[a-z]*c$/.test(values[1] ?? "")
  return isShell ? values[2] : values.map((word) => `'${(word ?? "").replaceAll("'", "'\\''")}'`).join(" ")
}

/** Reads a cloud-config; `before` is what the file says already. Files are written before commands run. */
export const readCloudConfig = (text: string, before?: string): Written => {
  const lines = linesOf(text)
  const notUnderstood: string[] = []
  let file = before
  const run = (script: string | undefined) => {
    if (script === undefined) return
    const written = readShell(script, file)
    file = written.text
    notUnderstood.push(...written.notUnderstood)
  }
  for (const entry of entries(section(lines, "bootcmd"))) run(commandOf(entry))
  for (const entry of entries(section(lines, "write_files"))) {
    const known = members(entry)
    if (known.get("path") !== settingsFile) continue
    const content = decoded(known.get("content") ?? "", known.get("encoding"))
    if (content === undefined || !known.has("content")) notUnderstood.push(`write_files: ${settingsFile}`)
    else file = known.get("append") === "true" ? (file ?? "") + content : content
  }
  for (const entry of entries(section(lines, "runcmd"))) run(commandOf(entry))
  return { ...(file !== undefined && { text: file }), notUnderstood }
}
