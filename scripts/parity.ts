// Writes docs/parity.md from the handler tables: what is implemented, what is absent, and which input fields are taken
// without effect. `--check` writes nothing and fails when the page is not what the tables say.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { ServiceTable } from "../src/gate/index.ts"
import { services } from "../src/main/services.ts"
import { loadContract, type Member, serviceNames, type Type } from "../src/model/index.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const page = `${root}docs/parity.md`

const tables = findTables()
const problems = tables.flatMap(wrongPaths)
const text = render()
if (problems.length > 0) {
  console.log(problems.join("\n"))
  process.exit(1)
}
if (process.argv.includes("--check")) {
  const upToDate = existsSync(page) && readFileSync(page, "utf8") === text
  if (!upToDate) console.log("docs/parity.md is not what the handler tables say. Write it again: npm run gen")
  process.exit(upToDate ? 0 : 1)
}
writeFileSync(page, text)

/** The tables that main/ serves. */
function findTables(): ServiceTable[] {
  // The ports are for handlers that run; here none does.
  return [...services({} as Parameters<typeof services>[0])].sort((a, b) => a.service.localeCompare(b.service))
}

/** Each field without effect must be a member of an operation that is there: a list that names nothing hides something. */
function wrongPaths(table: ServiceTable): string[] {
  const contract = loadContract(table.service)
  return table.withoutEffect.flatMap((path) => {
    const [name = "", ...members] = path.replace(/=.*/, "").split(".")
    const operation = contract.operations.get(name)
    if (!operation || !table.operations[name]) return [`${table.service}: ${path} names no implemented operation`]
    let type: Type | undefined = operation.input
    for (const member of members) type = memberOf(type, member)?.type
    return type ? [] : [`${table.service}: ${path} names no input member of ${name}`]
  })
}

/**
 * A member of a structure; lists and maps are looked through, as `containerDefinitions.privileged` reads. Of a map of
 * plain values it is a key: `logConfiguration.options.awslogs-format`.
 */
function memberOf(type: Type | undefined, name: string): Member | undefined {
  if (type?.kind === "list") return memberOf(type.member.type, name)
  if (type?.kind === "map") return type.value.type.kind === "string" ? type.value : memberOf(type.value.type, name)
  return type?.kind === "structure" || type?.kind === "union" ? type.byName.get(name) : undefined
}

function render(): string {
  const rows = serviceNames.map((service) => {
    const all = [...loadContract(service).operations.keys()].sort()
    const table = tables.find((candidate) => candidate.service === service)
    const there = all.filter((name) => table?.operations[name])
    return { service, all, there, absent: all.filter((name) => !there.includes(name)), table }
  })
  const begun = rows.filter(({ there }) => there.length > 0)
  return [
    "# Parity with AWS",
    "",
    "Generated from the handler tables by `scripts/parity.ts`; do not edit. Every operation of every service below is",
    "routed. An absent one answers `NotImplemented` (501) in its own protocol and changes nothing. A field without effect is",
    "accepted, does nothing, and is logged once when it is used.",
    "",
    "| service | implemented | of |",
    "|---|---|---|",
    ...rows.map(({ service, all, there }) => `| ${link(service, there.length)} | ${there.length} | ${all.length} |`),
    "",
    ...begun.flatMap(({ service, there, absent, table }) => [
      `## ${service}`,
      "",
      `**Implemented:** ${there.join(", ")}`,
      "",
      ...((table?.withoutEffect.length ?? 0) > 0
        ? ["**Accepted without effect:**", "", ...(table?.withoutEffect ?? []).map((path) => `- \`${path}\``), ""]
        : []),
      ...(absent.length > 0
        ? [`<details><summary>Absent (${absent.length})</summary>`, "", absent.join(", "), "", "</details>", ""]
        : []),
    ]),
  ].join("\n")
}

function link(service: string, implemented: number): string {
  return implemented > 0 ? `[${service}](#${service})` : service
}
