// Our own program as it is copied into the helper container: the sources of a checkout with the few packages that its
// processes need, or the bundle. Nothing of this machine's folders has to be shared with the engine.
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { HelperProgram, TarEntry } from "../machines/index.ts"
import { nodeArguments } from "./entries.ts"

/** Where it is in the container, without the slash in front. */
const home = "opt/roadstead"

/** What the processes of the helper import that is not ours; with all that these need. */
const packages = ["ws", "pino", "pino-pretty"]

const isCheckout = import.meta.url.endsWith(".ts")
const root = fileURLToPath(new URL(isCheckout ? "../.." : "..", import.meta.url))

/** The program's files and the command that starts it there. */
export const helperProgram = (): HelperProgram => {
  const paths = isCheckout
    ? [
        ...globSync("src/**/*.{ts,json}", { cwd: root, exclude: ["**/*.test.ts"] }),
        ...withDependencies(packages).flatMap(filesOfPackage),
      ]
    : globSync("dist/**/*", { cwd: root, withFileTypes: true }).flatMap((entry) =>
        entry.isFile() ? join(entry.parentPath, entry.name).slice(root.length) : [],
      )
  const entry = isCheckout ? "src/main/helper-process.ts" : "dist/helper-process.js"
  return {
    files: ["package.json", ...paths].map(
      (path): TarEntry => ({ path: `${home}/${path}`, content: readFileSync(join(root, path)) }),
    ),
    command: [...nodeArguments, `/${home}/${entry}`],
  }
}

const withDependencies = (names: readonly string[]): string[] => {
  const all = new Set<string>()
  const add = (name: string): void => {
    if (all.has(name)) return
    all.add(name)
    const text = readFileSync(join(root, "node_modules", name, "package.json"), "utf8")
    const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> }
    for (const dependency of Object.keys(dependencies)) add(dependency)
  }
  for (const name of names) add(name)
  return [...all]
}

/** Only what Node loads; a package's own tests and pages stay here. */
const filesOfPackage = (name: string): string[] =>
  globSync(`node_modules/${name}/**/*.{js,cjs,mjs,json}`, { cwd: root, exclude: ["**/test/**", "**/benchmarks/**"] })
