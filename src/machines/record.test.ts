// The record of what was made outside Docker, and processes that are told apart from strangers.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, test } from "node:test"
import { realClock } from "../../test/support/real-clock.ts"
import { removeCgroup } from "./cgroups.ts"
import { mountsBelow } from "./mounts.ts"
import { endProcess, findByArgument, identify, isRunning } from "./processes.ts"
import { openRecord } from "./record.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "record-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

const daemon = { kind: "daemon", name: "d", runFolder: "/run/x", dataFolder: "/var/x", cgroup: "/roadstead-x" } as const

test("what is put is there for who opens the record next, and what is dropped is not", () => {
  const path = join(folder, "made.json")
  const record = openRecord(path)
  record.put({ kind: "namespace", name: "n" })
  record.put(daemon)
  const started = { ...daemon, dockerd: { pid: 1, startTime: "2", boot: "b" } }
  record.put(started)
  assert.deepEqual(openRecord(path).things(), [{ kind: "namespace", name: "n" }, started])
  record.drop("namespace", "n")
  assert.deepEqual(openRecord(path).things(), [started])
})

test("a record of another version is refused, not overwritten", () => {
  const path = join(folder, "made.json")
  writeFileSync(path, JSON.stringify({ version: 2, things: [] }))
  assert.throws(() => openRecord(path), /another version/)
})

test("a process is found by a word of its command line, and ended only as itself", async () => {
  const mark = join(folder, "mark")
  const child = spawn(process.execPath, [
    "-e",
    "process.on('SIGTERM', () => {}); console.log(); setInterval(() => {}, 1e6)",
    mark,
  ])
  await once(child.stdout, "data")
  const [found] = findByArgument(mark)
  assert.ok(found)
  assert.equal(found.pid, child.pid)
  // Somebody else with the same pid is left alone.
  await endProcess({ ...found, startTime: "1" }, realClock)
  assert.ok(isRunning(found))
  // It does not heed SIGTERM, so it is killed.
  const exit = once(child, "exit")
  await endProcess(found, realClock, 50)
  assert.ok(!isRunning(found))
  assert.deepEqual(await exit, [null, "SIGKILL"])
})

test("a process that has ended is nobody", async () => {
  const child = spawn("true")
  await once(child, "exit")
  assert.equal(identify(child.pid ?? 0), undefined)
})

test("mounts below a folder are found, deepest first, and those of a neighbour are not", () => {
  const line = (point: string) => `36 35 98:0 / ${point} rw,noatime shared:1 - ext4 /dev/root rw`
  const info = ["/a", "/a/b", "/ab", "/a/b/c\\040d", "/"].map(line).join("\n")
  assert.deepEqual(mountsBelow("/a", info), ["/a/b/c d", "/a/b", "/a"])
})

test("only control groups of ours are ever removed", async () => {
  for (const group of [
    "/nobody-has-this",
    "/roadstead-x/../nobody-has-this",
    "/roadstead-x/../../..//nobody",
    "roadstead-x",
    "/roadstead-",
  ]) {
    await assert.rejects(removeCgroup(group, realClock), /not a control group of ours/, group)
  }
})
