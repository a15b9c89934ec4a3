// Puts the changes of .changes/ together into a release's section of CHANGELOG.md, and removes them.
// usage: node scripts/changelog.mjs <version> [date]
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const [version, date = new Date().toISOString().slice(0, 10)] = process.argv.slice(2)
if (!/^\d+\.\d+\.\d+$/.test(version ?? "")) {
  process.stderr.write("usage: node scripts/changelog.mjs <version> [date]\n")
  process.exit(2)
}
const names = readdirSync(`${root}.changes`)
  .filter((name) => name.endsWith(".md") && name !== "README.md")
  .sort()
if (names.length === 0) {
  process.stderr.write("There are no changes in .changes/\n")
  process.exit(1)
}
const paragraphs = names.map((name) => readFileSync(`${root}.changes/${name}`, "utf8").trim())
const page = `${root}CHANGELOG.md`
const [head, ...releases] = readFileSync(page, "utf8").split(/^(?=## )/m)
const section = `## ${version} (${date})\n\n${paragraphs.map((text) => `- ${text.replaceAll("\n", "\n  ")}`).join("\n")}\n\n`
writeFileSync(page, `${[head, section, ...releases].join("").trimEnd()}\n`)
for (const name of names) rmSync(`${root}.changes/${name}`)
