// The engine that we start where there is none: found again, started again when it is killed, removed by `down`.
import assert from "node:assert/strict"
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { createDocker, type Docker } from "../../src/docker/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import {
  ensureImages,
  findEngine,
  openRecord,
  pauseImage,
  recordPath,
  removeEverything,
  startMachines,
} from "../../src/machines/index.ts"
import { ownerLabel } from "../../src/protocol/index.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"

const { folder } = await withEngine(import.meta.filename)
const owner = "private"
const runFolder = join(folder, owner)
const dataFolder = join("/var/tmp", `roadstead-test-${process.ppid}`, owner)
mkdirSync(dataFolder, { recursive: true })
const common = { owner, runFolder, dataFolder, clock: realClock, log: silentLog, sockets: [] }

const find = async () => {
  const engine = await findEngine({ ...common, choice: "auto" })
  assert.equal(engine.kind, "docker")
  return engine
}

const daemonPid = (): number => openRecord(recordPath(runFolder)).daemon("engine")?.dockerd?.pid ?? 0

/** The container's first process, as the engine tells it. */
const pidOf = async (docker: Docker, id: string): Promise<number> =>
  (await docker.request<{ State: { Running: boolean; Pid: number } }>("GET", `/containers/${id}/json`)).body.State.Pid

let containerPid = 0

test("a container outlives an engine that is killed, and the engine is started again", async (t) => {
  const engine = await find()
  assert.equal(engine.origin, "private")
  const machines = await startMachines({
    ...common,
    engine,
    apiPort: 4566,
    controlSocket: join(folder, "control.sock"),
    agentCommand: () => assert.fail("no host is wished"),
    relayCommand: () => assert.fail("no machine apart is wished"),
    givenUp: assert.fail,
  })
  t.after(() => machines.close())
  const docker = createDocker({ socketPath: engine.socketPath })
  t.after(() => docker.close())
  await ensureImages(docker)
  const { body: created } = await docker.request<{ Id: string }>("POST", "/containers/create", {
    body: { Image: pauseImage, Labels: { [ownerLabel]: owner }, HostConfig: { NetworkMode: "none" } },
  })
  await docker.request("POST", `/containers/${created.Id}/start`)
  containerPid = await pidOf(docker, created.Id)
  assert.ok(containerPid > 0)

  const killed = daemonPid()
  const events = await docker.stream("GET", "/events")
  const gone = new Promise((resolve) => events.resume().once("close", resolve).on("error", resolve))
  process.kill(killed, "SIGKILL")
  await gone
  await until(() => daemonPid() !== killed && existsSync(engine.socketPath))
  await until(() =>
    docker.version().then(
      () => true,
      () => false,
    ),
  )
  assert.equal(await pidOf(docker, created.Id), containerPid)
})

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Looks again whenever the event loop has turned; the test's time limit ends it. */
const until = async (isSo: () => boolean | Promise<boolean>) => {
  while (!(await isSo())) await new Promise((resolve) => realClock.at(realClock.now() + 20, () => resolve(undefined)))
}

test("the next start finds the same engine", async () => {
  const before = daemonPid()
  const engine = await find()
  assert.equal(engine.origin, "private")
  assert.equal(daemonPid(), before)
})

test("down ends the engine with its containers and deletes its folders", async () => {
  const removed = await removeEverything(common)
  assert.deepEqual(removed, { containers: 1, networks: 0, volumes: 0, hosts: 1 })
  // Its parent has ended as well, and whoever takes it over has to notice that it is over.
  await until(() => !runs(containerPid))
  assert.ok(!existsSync(join(dataFolder, "engine")))
  assert.ok(!existsSync(join(runFolder, "e")))
})

test("down finds an engine that was killed together with all that knew of it", async () => {
  const engine = await find()
  const docker = createDocker({ socketPath: engine.socketPath })
  await ensureImages(docker)
  const { body: created } = await docker.request<{ Id: string }>("POST", "/containers/create", {
    body: { Image: pauseImage, Labels: { [ownerLabel]: owner }, HostConfig: { NetworkMode: "none" } },
  })
  await docker.request("POST", `/containers/${created.Id}/start`)
  const left = await pidOf(docker, created.Id)
  docker.close()
  process.kill(daemonPid(), "SIGKILL")
  const removed = await removeEverything(common)
  assert.equal(removed.hosts, 1)
  assert.throws(() => process.kill(left, 0), { code: "ESRCH" })
})
