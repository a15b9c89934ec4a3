// The one door to every `npm run …`: makes the checkout ready (packages, Node, an engine where it is needed), then runs
// the command on the pinned Node. It uses only what Node 20 has built in; what the commands do is not decided here.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { constants } from "node:os"
import { fileURLToPath } from "node:url"
import { readyMachine } from "./ready/machine.mjs"
import { installPackages } from "./ready/packages.mjs"
import { pinnedNode } from "./ready/pinned-node.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))

/** What each command runs (and `after` it), and what it needs of the machine. `args` go before those of the caller. */
const commands = {
  up: { file: "src/main/cli.ts", args: ["up"] },
  demo: { file: "src/main/cli.ts", args: ["demo"], needs: ["engine"] },
  down: { file: "src/main/cli.ts", args: ["down"] },
  agent: { file: "src/main/cli.ts", args: ["agent"], needs: ["engine"] },
  doctor: { file: "src/main/cli.ts", args: ["doctor"] },
  env: { file: "src/main/cli.ts", args: ["env"] },
  test: { file: "scripts/test.ts", needs: ["engine", "daemon", "network", "busybox", "aws", "curl", "root"] },
  live: {
    file: "scripts/test.ts",
    args: ["--live"],
    needs: ["engine", "daemon", "network", "busybox", "aws", "curl", "root"],
  },
  bench: { file: "bench/run.ts", needs: ["engine", "daemon", "network", "busybox"] },
  check: { file: "scripts/check.ts" },
  gen: { file: "scripts/gen.mjs", after: "scripts/parity.ts" },
  build: { file: "scripts/build.ts" },
}

const fail = (code, message) => {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}

const [name, ...rest] = process.argv.slice(2)
const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined
if (!command) fail(2, `usage: node scripts/run.mjs ${Object.keys(commands).join("|")} [arguments]`)

try {
  installPackages(root)
  const node = pinnedNode(root)
  if (command.needs) await readyMachine(command.needs, rest)
  const code = await run(node, command.file, [...(command.args ?? []), ...rest])
  process.exit(code === 0 && command.after ? await run(node, command.after, []) : code)
} catch (error) {
  fail(error.exitCode ?? 1, error.message)
}

/** Runs `file` in the foreground and resolves to its exit code. Ctrl-C reaches it from the terminal; here it must only not end us first. */
function run(node, file, args) {
  if (!existsSync(`${root}${file}`)) fail(1, `This checkout has no ${file}.`)
  const child = spawn(node, [`${root}${file}`, ...args], { stdio: "inherit" })
  process.on("SIGINT", () => {})
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.on("error", (error) => fail(1, `Cannot run ${node}: ${error.message}`))
    child.on("exit", (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)))
  })
}
