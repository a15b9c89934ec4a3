// The published package, as a stranger installs it: packed, installed into an empty folder without a network, started.
import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { ECSClient, RegisterTaskDefinitionCommand, type RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs"
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts"
import { startUp } from "./support/up.ts"

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

test("the installed command serves the AWS APIs from an empty folder, takes the examples and ends in order", async () => {
  const args = ["--engine", "simulated", "--ephemeral", "--port", "0"]
  const { endpoint, printed, stop } = await startUp(args, { command: roadstead, cwd: folder, env })
  try {
    const health = (await (await fetch(`${endpoint}/_roadstead/health`)).json()) as Record<string, unknown>
    assert.equal(health.version, version)
    assert.equal(health.engine, "simulated")
    const credentials = { accessKeyId: "111122223333", secretAccessKey: "x" }
    const sts = new STSClient({ endpoint, region: "eu-west-1", credentials })
    assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, "111122223333")
    sts.destroy()
    const ecs = new ECSClient({ endpoint, region: "eu-west-1", credentials })
    for (const example of readdirSync(join(root, "examples"))) {
      const input = JSON.parse(
        readFileSync(join(root, "examples", example), "utf8"),
      ) as RegisterTaskDefinitionCommandInput
      const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(input))
      assert.equal(taskDefinition?.status, "ACTIVE", example)
    }
    ecs.destroy()
  } finally {
    assert.equal(await stop(), 0, printed.join("\n"))
  }
})
