// The pause program is run where the processor is ours, and looked at as bytes for the other one.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { type Processor, pauseProgram } from "./pause-program.ts"

test("it waits, and ends with status 0 on SIGTERM and SIGINT", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pause-"))
  const path = join(folder, "pause")
  writeFileSync(path, pauseProgram(process.arch as Processor), { mode: 0o755 })
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const child = spawn(path, { stdio: "ignore" })
    await once(child, "spawn")
    child.kill(signal)
    const [code, killedBy] = await once(child, "exit")
    // Killed by the signal itself when it came before the program blocked it: the kernel's default.
    assert.ok(code === 0 || killedBy === signal, `${code} ${killedBy}`)
  }
  rmSync(folder, { recursive: true })
})

test("each program is a static executable of its processor that is mapped whole", () => {
  for (const [processor, machine] of [
    ["x64", 62],
    ["arm64", 183],
  ] as const) {
    const file = pauseProgram(processor)
    assert.equal(file.toString("latin1", 0, 4), "\x7fELF")
    assert.equal(file.readUInt16LE(18), machine)
    assert.equal(file.readBigUInt64LE(96), BigInt(file.length))
    assert.equal(file.readBigUInt64LE(24) - file.readBigUInt64LE(80), 120n)
  }
})
