// Images made from this machine really run: Node with an app, busybox with a shell, and the pause program.
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { createDocker } from "../../src/docker/index.ts"
import { busyboxImage, ensureImages, nodeImage, pauseImage } from "../../src/machines/index.ts"
import { withEngine } from "../support/namespace.ts"

const engine = await withEngine(import.meta.filename)
const docker = createDocker({ socketPath: engine.socketPath })
after(() => docker.close())

const create = async (body: object): Promise<string> => {
  const host = { NetworkMode: "none" }
  return (
    await docker.request<{ Id: string }>("POST", "/containers/create", {
      body: { Tty: true, HostConfig: host, ...body },
    })
  ).body.Id
}

/** Runs a container to its end; with a terminal, so that the log is plain text. */
const run = async (body: object): Promise<{ status: number; output: string }> => {
  const id = await create(body)
  await docker.request("POST", `/containers/${id}/start`)
  const { body: end } = await docker.request<{ StatusCode: number }>("POST", `/containers/${id}/wait`)
  const { body: output } = await docker.request<string>("GET", `/containers/${id}/logs`, { query: { stdout: true } })
  await docker.request("DELETE", `/containers/${id}`)
  return { status: end.StatusCode, output: output.replaceAll("\r", "").trim() }
}

test("an app runs on the Node of this machine, resolves names and writes to /tmp", async () => {
  const app = `
    import { lookup } from "node:dns/promises"
    import { readFileSync, writeFileSync } from "node:fs"
    writeFileSync("/tmp/x", "kept")
    console.log(process.version, (await lookup("localhost")).address, readFileSync("/tmp/x", "utf8"))`
  await nodeImage(docker, { name: "app:1", files: { "/app/main.mjs": app } })
  assert.deepEqual(await run({ Image: "app:1" }), { status: 0, output: `${process.version} 127.0.0.1 kept` })
})

test("a shell runs commands and its files are there", async () => {
  await busyboxImage(docker, { name: "shell:1", files: { "/etc/motd": "ahoy" } })
  const { status, output } = await run({ Image: "shell:1", Cmd: ["sh", "-c", "cat /etc/motd; exit 3"] })
  assert.deepEqual({ status, output }, { status: 3, output: "ahoy" })
})

test("the pause container waits, and ends at once and well when it is told to", async () => {
  await ensureImages(docker)
  await ensureImages(docker)
  const id = await create({ Image: pauseImage, Tty: false })
  await docker.request("POST", `/containers/${id}/start`)
  await docker.request("POST", `/containers/${id}/stop`, { query: { t: 60 } })
  const { body } = await docker.request<{ State: { ExitCode: number } }>("GET", `/containers/${id}/json`)
  assert.equal(body.State.ExitCode, 0)
})
