// `npm run check`: what a machine can say about the code without running it. Each check is a program of its own that
// prints what is wrong and ends with an exit code; test.ts counts each as one test.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const typesSeen = `${root}node_modules/.cache/roadstead/types.tsbuildinfo`
const bin = (path: string) => `${root}node_modules/${path}`

/** A name and the command line that checks it, run from the root with this Node. */
export interface Check {
  readonly name: string
  readonly command: readonly string[]
}

/** All checks, quick ones first. */
export const checks: readonly Check[] = [
  { name: "lint and format", command: [bin("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."] },
  { name: "house rules", command: [`${root}scripts/house-rules.ts`] },
  {
    name: "types",
    // What did not change since the last run is not checked again.
    command: [bin("typescript/bin/tsc"), "--noEmit", "-p", ".", "--incremental", "--tsBuildInfoFile", typesSeen],
  },
  {
    name: "layers",
    command: [
      bin("dependency-cruiser/bin/dependency-cruise.mjs"),
      "--config",
      ".dependency-cruiser.cjs",
      "src",
      "test",
    ],
  },
  { name: "docs/parity.md is up to date", command: [`${root}scripts/parity.ts`, "--check"] },
]

/** Runs one check, printing `ok` or what it said. */
export const runCheck = async (check: Check): Promise<{ ok: boolean }> => {
  const since = performance.now()
  const { code, output } = await runQuietly(check.command)
  const ok = code === 0
  console.log(`${ok ? "ok  " : "FAIL"} check: ${check.name}  ${((performance.now() - since) / 1000).toFixed(1)} s`)
  if (!ok) console.log(output.trimEnd().replace(/^/gm, "    "))
  return { ok }
}

const runQuietly = ([file = "", ...args]: readonly string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    if (!existsSync(file)) return resolve({ code: 1, output: `${file} is missing.` })
    const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    const keep = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on("data", keep)
    child.stderr.on("data", keep)
    child.on("close", (code) => resolve({ code: code ?? 1, output }))
  })

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let broken = 0
  for (const check of checks) if (!(await runCheck(check)).ok) broken++
  process.exit(broken === 0 ? 0 : 1)
}
