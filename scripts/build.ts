// `npm run build`: bundles every process and worker thread of the program into dist/, with all that they import, because
// Node does not strip types under node_modules and a package without dependencies installs in one breath.
//
// An entry is `src/main/cli.ts`, each `src/main/*-process.ts`, and every file that the sources start by its URL:
// `new URL("./worker.ts", import.meta.url)`. Those URLs are rewritten to the bundle's name; a URL of another file becomes
// a copy of it beside the bundles.
import { cpSync, existsSync, globSync, readFileSync, rmSync, statSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { build, type Plugin } from "esbuild"

const root = fileURLToPath(new URL("..", import.meta.url))
const dist = process.argv[2] ?? `${root}dist`
const main = "src/main/cli.ts"
const urlOfFile = /new URL\(\s*"(\.\.?\/[^"]*)",\s*import\.meta\.url,?\s*\)/g

if (!existsSync(`${root}${main}`)) throw new Error(`${main} is missing: there is nothing to build`)

/** Files that the sources name by URL, by their path from the root. */
const named = new Set<string>()
for (const file of globSync("src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts"] })) {
  for (const [, target = ""] of readFileSync(`${root}${file}`, "utf8").matchAll(urlOfFile)) {
    const path = join(dirname(file), target)
    if (!existsSync(`${root}${path}`)) throw new Error(`${file} names ${target}, which does not exist`)
    if (path.startsWith("src/")) named.add(path)
  }
}

/** `src/state/journal/worker.ts` is `state-journal-worker.js` in dist/; processes of main/ keep their names (src/main/entries.ts). */
const bundled = (path: string): string => {
  if (path === main) return "roadstead.js"
  return relative("src", path)
    .replace(/^main\//, "")
    .replaceAll("/", "-")
    .replace(/\.ts$/, ".js")
}

const rewriteUrls: Plugin = {
  name: "urls of files",
  setup: (esbuild) => {
    esbuild.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, "utf8").replace(urlOfFile, (whole, target: string) => {
        const at = join(dirname(relative(root, path)), target)
        // Files of the package's own root (package.json) are one folder above src/ and dist/ alike.
        if (!at.startsWith("src/")) return at === "package.json" ? 'new URL("../package.json", import.meta.url)' : whole
        return `new URL("./${bundled(at)}", import.meta.url)`
      })
      return { contents, loader: "ts" }
    })
  },
}

rmSync(dist, { recursive: true, force: true })
const processes = globSync("src/main/*-process.ts", { cwd: root })
const entries = [...new Set([main, ...processes, ...[...named].filter((path) => path.endsWith(".ts"))])]
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: entries.map((path) => ({ in: path, out: bundled(path).replace(/\.js$/, "") })),
  outdir: dist,
  bundle: true,
  splitting: true,
  chunkNames: "shared-[hash]",
  format: "esm",
  platform: "node",
  target: "node24",
  // Not minified: a stack trace prints the line that threw, and somebody has to read it.
  legalComments: "eof",
  metafile: true,
  logLevel: "warning",
  plugins: [rewriteUrls],
  // Bought packages of the older module kind ask for Node's own modules with `require`.
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module";const require=makeRequire(import.meta.url);',
  },
})
for (const path of named) if (!path.endsWith(".ts")) copy(path, bundled(path))
copy("src/model/contracts", "contracts")

const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
console.log(`dist: ${entries.map(bundled).join(", ")} and contracts (${(bytes / 1024).toFixed(0)} kB of code)`)

function copy(from: string, to: string) {
  if (!existsSync(`${root}${from}`)) throw new Error(`${from} is missing`)
  cpSync(`${root}${from}`, join(dist, to), { recursive: statSync(`${root}${from}`).isDirectory() })
}
