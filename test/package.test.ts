// The published package, as a stranger installs it: packed, installed into an empty folder without a network, started.
import assert from "node:assert/strict"
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts"

const root = fileURLToPath(new URL("..", import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }
const folder = mkdtempSync(join(tmpdir(), "roadstead-package-"))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The Node that runs this test comes first, so that the installed command runs on it too. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` }
const npm = (cwd: string, ...args: string[]) => execFileSync("npm", args, { cwd, encoding: "utf8", stdio: "pipe" })

npm(root, "pack", "--pack-destination", folder)
const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))
assert.ok(tarball)
writeFileSync(join(folder, "package.json"), "{}")
npm(folder, "install", "--offline", "--no-audit", "--no-fund", join(folder, tarball))
const roadstead = join(folder, "node_modules/.bin/roadstead")

test("the package brings no other package along", () => {
  const installed = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))
  assert.deepEqual(installed, ["roadstead"])
})

test("the package holds bundles, contracts and its pages, and no sources or tests", () => {
  const files = readdirSync(join(folder, "node_modules/roadstead")).sort()
  assert.deepEqual(files, ["CHANGELOG.md", "LICENSE", "README.md", "bin", "dist", "package.json"])
})

test("the installed command says its version", () => {
  assert.match(execFileSync(roadstead, ["--version"], { env, encoding: "utf8" }), new RegExp(version))
})

test("on an older Node the command says what to install and exits 2", () => {
  const older = join(folder, "older.cjs")
  writeFileSync(
    older,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.1' } })",
  )
  const { status, stderr } = spawnSync(process.execPath, ["--require", older, roadstead, "--version"], {
    encoding: "utf8",
  })
  assert.equal(status, 2)
  assert.match(stderr, /needs Node 24/)
})

test("the installed command serves the AWS APIs from an empty folder and ends in order", async () => {
  const child = spawn(roadstead, ["up", "--engine", "simulated", "--ephemeral", "--port", "0"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  })
  const exited = once(child, "exit")
  const printed: string[] = []
  createInterface(child.stderr).on("line", (line) => printed.push(line))
  try {
    const endpoint = await readyAddress(child.stdout, exited, printed)
    const health = (await (await fetch(`${endpoint}/_roadstead/health`)).json()) as Record<string, unknown>
    assert.equal(health.version, version)
    assert.equal(health.engine, "simulated")
    const sts = new STSClient({
      endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "111122223333", secretAccessKey: "x" },
    })
    assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, "111122223333")
    sts.destroy()
  } finally {
    child.kill("SIGTERM")
  }
  assert.deepEqual(await exited, [0, null], printed.join("\n"))
})

/** The address of the line that says that Roadstead is ready; fails when the program ends before it. */
async function readyAddress(stdout: NodeJS.ReadableStream, exited: Promise<unknown[]>, printed: readonly string[]) {
  const ready = (async () => {
    for await (const line of createInterface(stdout)) {
      const found = /Roadstead is ready at (http:\/\/\S+)/.exec(line)
      if (found?.[1]) return found[1]
    }
    return undefined
  })()
  const address = await Promise.race([ready, exited.then(() => undefined)])
  assert.ok(address, `up ended before it was ready:\n${printed.join("\n")}`)
  return address
}
