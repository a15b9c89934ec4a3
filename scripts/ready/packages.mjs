// Brings node_modules in step with package-lock.json, when it is not. Runs on Node 20 with nothing installed.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"

/**
 * Runs `npm ci` when node_modules is missing or holds other versions than the lock file names.
 * Install scripts are not run: no package here depends on one.
 */
export function installPackages(root) {
  const reason = whyInstall(root)
  if (!reason) return
  process.stderr.write(`${reason}: running npm ci\n`)
  const npm = process.env.npm_execpath
  const [program, ...args] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"]
  const { status } = spawnSync(program, [...args, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  })
  if (status !== 0) throw new Error("npm ci failed: the lines above say why.")
}

function whyInstall(root) {
  const installed = `${root}node_modules/.package-lock.json`
  if (!existsSync(installed)) return "The packages are not installed"
  return inStep(packagesOf(`${root}package-lock.json`), packagesOf(installed))
    ? undefined
    : "The installed packages are not those of package-lock.json"
}

/** Whether each package that the lock names is installed in that version. Versions are compared, not file times: git sets those at will. */
export function inStep(locked, installed) {
  return Object.entries(locked).every(([path, entry]) => {
    if (!path.startsWith("node_modules/") || entry.link) return true
    const there = installed[path]
    return there ? there.version === entry.version : entry.optional === true
  })
}

const packagesOf = (file) => JSON.parse(readFileSync(file, "utf8")).packages ?? {}
