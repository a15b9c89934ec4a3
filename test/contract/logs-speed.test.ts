// A hundred thousand events in the store that keeps them on disk: what it costs to look through them grows as they do, and
// no faster. Ratios, since another test may be busy on the same machine.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { type BulkStore, sqliteBulkStore } from "../../src/state/index.ts"
import { type LogsService, logsService } from "../support/logs-service.ts"

const small = 25_000
const large = 100_000
const folder = mkdtempSync(join(tmpdir(), "roadstead-logs-"))
let bulk: BulkStore
let service: LogsService

before(async () => {
  bulk = await sqliteBulkStore({ file: join(folder, "log-events.sqlite"), bytes: 1e9 })
  service = logsService({ bulk })
  const now = service.clock.now()
  for (const [group, count] of [
    ["small", small],
    ["large", large],
  ] as const) {
    for (let from = 0; from < count; from += 5000) {
      const batch = Array.from({ length: 5000 }, (_, i) => {
        const level = (from + i) % 1000 === 0 ? "ERROR" : "INFO"
        return [now + from + i, JSON.stringify({ level, number: from + i, message: "handled in 12 ms" })] as const
      })
      await service.put(group, "s", batch)
    }
  }
})
after(async () => {
  await bulk.close()
  rmSync(folder, { recursive: true })
})

/** Milliseconds of processor that this process has used: what a busy machine does not change much. */
const processorTime = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** The milliseconds of processor of the quickest of three, and how many events matched. */
const look = async (logGroupName: string, filterPattern: string) => {
  let best = Number.POSITIVE_INFINITY
  let found = 0
  for (let i = 0; i < 3; i++) {
    const begin = processorTime()
    found = 0
    let nextToken: string | undefined
    do {
      const page = await service.call("FilterLogEvents", {
        logGroupName,
        filterPattern,
        ...(nextToken && { nextToken }),
      })
      found += page.events?.length ?? 0
      nextToken = page.nextToken
    } while (nextToken)
    best = Math.min(best, processorTime() - begin)
  }
  return { ms: best, found }
}

for (const pattern of ["ERROR", '{ $.level = "ERROR" && $.number >= 0 }', "[all=*ERROR*]", "%ERR[A-Z]+%"]) {
  test(`four times as many events take about four times as long to look through for ${pattern}`, async () => {
    const few = await look("small", pattern)
    const many = await look("large", pattern)
    assert.equal(few.found, small / 1000)
    assert.equal(many.found, large / 1000)
    // A cost that grows with the square would be sixteen times.
    assert.ok(many.ms / few.ms < 10, `${few.ms.toFixed(0)} ms and ${many.ms.toFixed(0)} ms`)
  })
}
