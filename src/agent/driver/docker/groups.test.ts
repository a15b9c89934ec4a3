// The cgroup of a task in each form, on folders that stand for the kernel's, and the words said to systemd.
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { silentLog } from "../../../kernel/index.ts"
import { type CgroupForm, groupCalls } from "./groups.ts"

const mountOf = (t: TestContext, ...folders: string[]): string => {
  const mount = mkdtempSync(join(tmpdir(), "rs-cgroup-"))
  t.after(() => rmSync(mount, { recursive: true }))
  for (const folder of folders) mkdirSync(join(mount, folder))
  return mount
}
const calls = (mount: string, form: CgroupForm | undefined, run = async () => {}, parent = "/roadstead/host") =>
  groupCalls({ form: async () => form, log: silentLog, mount, parent, run })

test("version 1: a folder for memory and one for CPU", async (t) => {
  const mount = mountOf(t, "memory", "cpu")
  const parent = await calls(mount, { driver: "cgroupfs", version: 1 }).createGroup("task1", {
    cpu: 0.25,
    memoryMiB: 512,
  })
  assert.equal(parent, "/roadstead/host/task1")
  const read = (path: string) => readFileSync(join(mount, path), "utf8")
  assert.equal(read("memory/roadstead/host/task1/memory.limit_in_bytes"), "536870912")
  assert.equal(read("cpu/roadstead/host/task1/cpu.cfs_quota_us"), "25000")
  assert.equal(read("cpu/roadstead/host/task1/cpu.cfs_period_us"), "100000")
})

test("version 2: controllers are handed down to the group, which has both limits and counts its kills", async (t) => {
  const mount = mountOf(t)
  const groups = calls(mount, { driver: "cgroupfs", version: 2 })
  assert.equal(await groups.createGroup("task1", { cpu: 2, memoryMiB: 1 }), "/roadstead/host/task1")
  for (const level of ["", "roadstead", "roadstead/host"]) {
    assert.equal(readFileSync(join(mount, level, "cgroup.subtree_control"), "utf8"), "+cpu +memory +pids")
  }
  assert.equal(readFileSync(join(mount, "roadstead/host/task1/cpu.max"), "utf8"), "200000 100000")
  assert.equal(readFileSync(join(mount, "roadstead/host/task1/memory.max"), "utf8"), "1048576")
  assert.equal(await groups.groupOomKills("task1"), 0)
  writeFileSync(join(mount, "roadstead/host/task1/memory.events"), "low 0\noom 3\noom_kill 2\noom_group_kill 1\n")
  assert.equal(await groups.groupOomKills("task1"), 2)
})

test("systemd: a slice below the parent's, limited by properties", async (t) => {
  const said: string[] = []
  const run = async (program: string, words: readonly string[]) => void said.push([program, ...words].join(" "))
  const groups = groupCalls({
    form: async () => ({ driver: "systemd", version: 2 }),
    log: silentLog,
    mount: mountOf(t),
    parent: "rs-1/host",
    run,
  })
  assert.equal(await groups.createGroup("task1", { cpu: 0.5, memoryMiB: 64 }), "rs_1-host-task1.slice")
  assert.deepEqual(said, [
    "systemctl start rs_1-host-task1.slice",
    "systemctl set-property --runtime rs_1-host-task1.slice MemoryMax=67108864 MemorySwapMax=0 CPUQuota=50%",
  ])
})

test("where nothing can be written there is no group, and that is no error", async () => {
  assert.equal(await calls("/proc/nowhere", { driver: "cgroupfs", version: 1 }).createGroup("t", { cpu: 1 }), undefined)
  assert.equal(await calls("/proc/nowhere", undefined).createGroup("t", { cpu: 1 }), undefined)
})

test("removing takes what is below too, from every controller that has it", async (t) => {
  const mount = mountOf(t, "memory", "cpu", "pids")
  for (const controller of ["memory", "pids"])
    mkdirSync(join(mount, controller, "roadstead/host/task1/container"), { recursive: true })
  const groups = calls(mount, { driver: "cgroupfs", version: 1 })
  await groups.removeGroup("task1")
  await groups.removeGroup("task1")
  assert.deepEqual(readdirSync(join(mount, "memory/roadstead/host")), [])
  assert.deepEqual(readdirSync(join(mount, "pids/roadstead/host")), [])
})
