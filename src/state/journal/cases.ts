// What every journal does, run over each of them by its test: a place, and journals opened on it one after another.
// Cases that only one kind can have are in that kind's own test.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Batch, Journal, StoredRow } from "./journal.ts"

/** Where journals of one kind keep their rows. */
export interface JournalPlace {
  /** A new journal over what earlier ones left. */
  journal(): Journal
  remove(): Promise<void>
}

const row = (key: string, json: string, version = 1): StoredRow => ({ table: "ships", key, version, json })

const rowsOf = async (journal: Journal): Promise<StoredRow[]> => {
  const rows: StoredRow[] = []
  for await (const some of journal.load()) {
    for (const { table, key, version, json } of some) rows.push({ table, key, version, json })
  }
  return rows
}

/** Opens, hands over an `append` that fills in the epoch, closes; answers what a reopened journal says. */
const afterwards = async (place: JournalPlace, ...batches: Omit<Batch, "epoch">[]) => {
  const journal = place.journal()
  const { epoch } = await journal.open()
  for (const batch of batches) assert.deepEqual(await journal.append({ epoch, ...batch }), { outcome: "durable" })
  await journal.close()
  const again = place.journal()
  const { position } = await again.open()
  const rows = await rowsOf(again)
  await again.close()
  return { position, rows }
}

/** Registers the cases for one kind of journal. */
export const journalCases = (kind: string, newPlace: () => Promise<JournalPlace>): void => {
  const check = (name: string, run: (place: JournalPlace) => Promise<void>) =>
    test(`${kind} journal: ${name}`, async (t) => {
      const place = await newPlace()
      const made: Journal[] = []
      t.after(async () => {
        for (const journal of made) await journal.close()
        await place.remove()
      })
      const journal = () => {
        const one = place.journal()
        made.push(one)
        return one
      }
      await run({ ...place, journal })
    })

  check("a new one is empty and stands at position 0", async (place) => {
    assert.deepEqual(await afterwards(place), { position: 0, rows: [] })
  })

  check("keeps the newest form of each row, its version and the position", async (place) => {
    const left = await afterwards(
      place,
      { position: 1, puts: [row("a", "1"), row("b", "1")], deletes: [] },
      { position: 2, puts: [row("a", "2", 2)], deletes: [] },
      { position: 3, puts: [], deletes: [{ table: "ships", key: "b" }] },
    )
    assert.deepEqual(left, { position: 3, rows: [row("a", "2", 2)] })
  })

  check("loads rows in the order of their first insertion", async (place) => {
    const left = await afterwards(
      place,
      { position: 1, puts: ["c", "a", "b", "d"].map((key) => row(key, "1")), deletes: [] },
      { position: 2, puts: [row("a", "2")], deletes: [] },
      { position: 3, puts: [row("c", "2")], deletes: [{ table: "ships", key: "c" }] },
    )
    assert.deepEqual(
      left.rows.map((one) => one.key + one.json),
      ["a2", "b1", "d1", "c2"],
    )
  })

  check("tells rows of one key in two tables apart", async (place) => {
    const port = { table: "ports", key: "a", version: 7, json: '"x"' }
    const left = await afterwards(
      place,
      { position: 1, puts: [row("a", "1"), port], deletes: [] },
      { position: 2, puts: [], deletes: [{ table: "ships", key: "a" }] },
    )
    assert.deepEqual(left.rows, [port])
  })

  check("keeps any text of keys and rows", async (place) => {
    const odd = row("arn:aws:ecs:x\u0000'\"%\n😀", JSON.stringify({ text: "\u0000 ' \" \\ ö 😀" }))
    assert.deepEqual((await afterwards(place, { position: 1, puts: [odd], deletes: [] })).rows, [odd])
  })

  check("batches that are appended at once become durable in order", async (place) => {
    const journal = place.journal()
    const { epoch } = await journal.open()
    const order: number[] = []
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        await journal.append({ epoch, position: i + 1, puts: [row("a", String(i))], deletes: [] })
        order.push(i)
      }),
    )
    await journal.close()
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    )
    assert.deepEqual(await afterwards(place), { position: 50, rows: [row("a", "49")] })
  })

  check("close waits for what was appended", async (place) => {
    const journal = place.journal()
    const { epoch } = await journal.open()
    const appended = journal.append({ epoch, position: 1, puts: [row("a", "1")], deletes: [] })
    await journal.close()
    assert.deepEqual(await appended, { outcome: "durable" })
    assert.deepEqual((await afterwards(place)).rows, [row("a", "1")])
  })

  check("each opening has a greater epoch, and a batch of an older one is fenced and leaves nothing", async (place) => {
    const first = place.journal()
    const { epoch: old } = await first.open()
    await first.close()
    const journal = place.journal()
    const { epoch } = await journal.open()
    assert.ok(epoch > old)
    const answer = await journal.append({ epoch: old, position: 1, puts: [row("a", "1")], deletes: [] })
    assert.deepEqual(answer, { outcome: "fenced" })
    await journal.close()
    assert.deepEqual(await afterwards(place), { position: 0, rows: [] })
  })

  check("a position that does not grow fails, and so does everything after it", async (place) => {
    const journal = place.journal()
    const { epoch } = await journal.open()
    await journal.append({ epoch, position: 5, puts: [row("a", "1")], deletes: [] })
    const outcomes = await Promise.all([
      journal.append({ epoch, position: 5, puts: [row("a", "2")], deletes: [] }),
      journal.append({ epoch, position: 6, puts: [row("a", "3")], deletes: [] }),
    ])
    const later = await journal.append({ epoch, position: 7, puts: [row("a", "4")], deletes: [] })
    await journal.close()
    assert.deepEqual(
      [...outcomes, later].map((one) => one.outcome),
      ["failed", "failed", "failed"],
    )
    assert.deepEqual(await afterwards(place), { position: 5, rows: [row("a", "1")] })
  })

  check("loads more rows than it hands over at a time", async (place) => {
    const puts = Array.from({ length: 2500 }, (_, i) => row(`k${i}`, String(i)))
    assert.deepEqual((await afterwards(place, { position: 1, puts, deletes: [] })).rows, puts)
  })
}
