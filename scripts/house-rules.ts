// The rules of the house that no bought linter knows: where time, chance and environment may be touched, how long a
// file may be, what its first line is, what must not be left lying about, and that pages name only files that are
// there. Who may import whom is .dependency-cruiser.cjs's business.
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const LONGEST = 400

/** A rule: the files it is about, and what is wrong with one (`line` 0: with the file as a whole). */
interface Rule {
  readonly name: string
  readonly about: (file: string) => boolean
  readonly find: (text: string) => readonly { line: number; what: string }[]
}

const isTest = (file: string) => /\.test\.ts$/.test(file) || file.startsWith("test/")
const isOurs = (file: string) => file.startsWith("src/") && !isTest(file)
const isGenerated = (file: string) => file.startsWith("src/model/types/") || file === "src/model/operations.ts"

/** The lines that match, with comments left out: they may speak of what the code must not do. */
const lines = (pattern: RegExp) => (text: string) =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .split("\n")
    .map((line, i) => ({ line: i + 1, what: line.replace(/(^|\s)\/\/.*$/, "").trim() }))
    .filter(({ what }) => pattern.test(what))

const rules: readonly Rule[] = [
  {
    name: "time, chance and environment are handed in: only main/ (and the page of console/) takes them from the machine",
    about: (file) => isOurs(file) && !/^src\/(main|console)\//.test(file),
    find: lines(
      /Date\.now\(|new Date\(\)|(?<![.\w])set(Timeout|Interval)\(|Math\.random\(|randomUUID\(|process\.(env|argv)|performance\.now\(/,
    ),
  },
  {
    name: "no sleep in tests: advance the clock, or wait for what should come true",
    about: isTest,
    find: lines(/\bsleep\(|from "node:timers\/promises"|setTimeout\((resolve|r|done)\b/),
  },
  {
    name: `a file ends before line ${LONGEST}`,
    about: (file) => !isGenerated(file),
    find: (text) => {
      const length = text.split("\n").length - 1
      return length > LONGEST ? [{ line: 0, what: `${length} lines` }] : []
    },
  },
  {
    // A test beside its file has said it with its name.
    name: "a file begins by saying what lives in it",
    about: (file) => !/^src\/.*\.test\.ts$/.test(file),
    find: (text) => (/^(#!.*\n)?\s*(\/\/|\/\*)/.test(text) ? [] : [{ line: 1, what: text.split("\n")[0] ?? "" }]),
  },
  {
    name: "no loose ends",
    about: () => true,
    find: (text) =>
      lines(/\bas any\b|@ts-(ignore|nocheck|expect-error)/)(text).concat(
        text
          .split("\n")
          .map((what, i) => ({ line: i + 1, what: what.trim() }))
          .filter(({ what }) => /@ts-(ignore|nocheck)|\bTODO\b(?!\(#\d+\))|\bFIXME\b/.test(what)),
      ),
  },
  {
    name: "no test is left out or singled out",
    about: isTest,
    find: lines(/\b(it|test|describe|suite|t)\.(skip|only|todo)\b/),
  },
]

const files = globSync(["src/**/*.ts", "test/**/*.ts", "bench/**/*.ts"], { cwd: root }).sort()
let broken = 0
for (const rule of rules) {
  for (const file of files.filter(rule.about)) {
    for (const { line, what } of rule.find(readFileSync(`${root}${file}`, "utf8"))) {
      broken++
      console.log(`${file}:${line}  ${rule.name}: ${what.slice(0, 120)}`)
    }
  }
}

// A page that names a file which is gone sends a stranger astray. (Places in angle brackets are examples.)
for (const page of globSync(["*.md", "docs/**/*.md", "src/**/*.md"], { cwd: root })) {
  const text = readFileSync(`${root}${page}`, "utf8")
  const named = [...text.matchAll(/`((?:src|test|scripts|bench|docs|examples|bin)\/[^`\s<>*…]*)`/g)].map(
    ([, path]) => path,
  )
  const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => join(dirname(page), path ?? ""))
  for (const path of [...named, ...linked].filter((path) => !existsSync(`${root}${path}`))) {
    broken++
    console.log(`${page}: names ${path}, which is not there`)
  }
}

const lock = readFileSync(`${root}package-lock.json`, "utf8")
if (/"resolved": "https?:/.test(lock)) {
  broken++
  console.log("package-lock.json names a registry host: install again with the .npmrc of this repository")
}
process.exit(broken === 0 ? 0 : 1)
