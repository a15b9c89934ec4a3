// What every bulk store does, run over each of them by its test.
import assert from "node:assert/strict"
import { test } from "node:test"
import { BulkFull, type BulkItem, type BulkRange, type BulkStore } from "../bulk.ts"

/** Where stores of one kind keep their items. */
export interface BulkPlace {
  /** A store with a bound in bytes. */
  open(bytes: number): Promise<BulkStore>
  remove(): Promise<void>
}

const item = (seq: number, time: number, data = `line ${seq}`): BulkItem => ({ seq, time, data })
const everything: BulkRange = { limit: 1000, order: "seq" }
const seqs = async (store: BulkStore, range: Partial<BulkRange> = {}, series = "s") =>
  (await store.range(series, { ...everything, ...range })).map((one) => one.seq)

/** Registers the cases for one kind of store. */
export const bulkCases = (kind: string, newPlace: () => Promise<BulkPlace>): void => {
  const check = (name: string, run: (store: BulkStore) => Promise<void>, bytes = 1_000_000) =>
    test(`${kind} bulk store: ${name}`, async (t) => {
      const place = await newPlace()
      const store = await place.open(bytes)
      t.after(async () => {
        await store.close()
        await place.remove()
      })
      await run(store)
    })

  check("gives back what was put, whole", async (store) => {
    const odd = item(7, 1.5, "\u0000 ' \n ö 😀")
    await store.put("s", [odd, item(9, 2)])
    assert.deepEqual(await store.range("s", everything), [odd, item(9, 2)])
    assert.deepEqual(await store.range("other", everything), [])
  })

  check("orders by seq or by time and seq, in both directions", async (store) => {
    await store.put("s", [item(3, 10), item(1, 30), item(2, 10), item(4, 20)])
    assert.deepEqual(await seqs(store), [1, 2, 3, 4])
    assert.deepEqual(await seqs(store, { descending: true }), [4, 3, 2, 1])
    assert.deepEqual(await seqs(store, { order: "time" }), [2, 3, 4, 1])
    assert.deepEqual(await seqs(store, { order: "time", descending: true }), [1, 4, 3, 2])
  })

  check("bounds are inclusive, and all of them hold", async (store) => {
    await store.put(
      "s",
      [1, 2, 3, 4, 5, 6].map((seq) => item(seq, seq * 10)),
    )
    assert.deepEqual(await seqs(store, { fromSeq: 2, toSeq: 4 }), [2, 3, 4])
    assert.deepEqual(await seqs(store, { fromTime: 20, toTime: 40, order: "time" }), [2, 3, 4])
    assert.deepEqual(await seqs(store, { fromSeq: 3, toTime: 50, limit: 2 }), [3, 4])
    assert.deepEqual(await seqs(store, { fromSeq: 5, limit: Number.POSITIVE_INFINITY }), [5, 6])
  })

  check("goes on after an item in each order and direction", async (store) => {
    await store.put("s", [item(3, 10), item(1, 30), item(2, 10), item(4, 20)])
    assert.deepEqual(await seqs(store, { after: { seq: 2, time: 10 } }), [3, 4])
    assert.deepEqual(await seqs(store, { after: { seq: 2, time: 10 }, descending: true }), [1])
    assert.deepEqual(await seqs(store, { after: { seq: 2, time: 10 }, order: "time" }), [3, 4, 1])
    assert.deepEqual(await seqs(store, { after: { seq: 4, time: 20 }, order: "time", descending: true }), [3, 2])
  })

  check("an item with a known seq replaces the old one, also within one put", async (store) => {
    await store.put("s", [item(1, 10, "old"), item(2, 20)])
    await store.put("s", [item(1, 30, "newer"), item(1, 40, "newest")])
    assert.deepEqual(await store.range("s", everything), [item(1, 40, "newest"), item(2, 20)])
    assert.deepEqual(await seqs(store, { order: "time" }), [2, 1])
  })

  check("trim removes what is older and answers its bytes", async (store) => {
    await store.put("s", [item(1, 10, "äb"), item(2, 20, "cd"), item(3, 20, "ef")])
    await store.put("other", [item(1, 10)])
    assert.equal(await store.trim("s", 20), 3)
    assert.equal(await store.trim("s", 20), 0)
    assert.deepEqual(await seqs(store), [2, 3])
    assert.deepEqual(await seqs(store, {}, "other"), [1])
  })

  check("size counts a part, and the bytes of its data", async (store) => {
    await store.put("s", [item(1, 10, "äb"), item(2, 20, "cd"), item(3, 30, "e"), item(4, 15, "f")])
    assert.deepEqual(await store.size("s", {}), { items: 4, bytes: 7 })
    assert.deepEqual(await store.size("s", { toTime: 20, toSeq: 3 }), { items: 2, bytes: 5 })
    assert.deepEqual(await store.size("s", { fromTime: 11, fromSeq: 2 }), { items: 3, bytes: 4 })
    assert.deepEqual(await store.size("other", {}), { items: 0, bytes: 0 })
  })

  check("cut removes what is above, drop removes all", async (store) => {
    await store.put("s", [item(1, 10), item(2, 20), item(3, 30)])
    await store.cut("s", 2)
    assert.deepEqual(await seqs(store), [1, 2])
    await store.drop("s")
    assert.deepEqual(await seqs(store), [])
    await store.put("s", [item(1, 10)])
    assert.deepEqual(await seqs(store), [1])
  })

  check("lists the series that hold items", async (store) => {
    await store.put("b", [item(1, 10)])
    await store.put("a", [item(1, 10)])
    await store.put("empty", [])
    await store.put("trimmed", [item(1, 10)])
    await store.trim("trimmed", 11)
    await store.put("cut", [item(1, 10)])
    await store.cut("cut", 0)
    await store.put("dropped", [item(1, 10)])
    await store.drop("dropped")
    assert.deepEqual(await store.series(), ["a", "b"])
  })

  const kilobytes = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => item(from + i, from + i, "x".repeat(1000)))

  check(
    "a put beyond the bound is refused whole, and others go on",
    async (store) => {
      await store.put("s", kilobytes(1, 80))
      await assert.rejects(
        store.put("s", kilobytes(81, 30)),
        (error) => error instanceof BulkFull && error.refusal === "full",
      )
      assert.equal((await seqs(store)).length, 80)
      await store.put("other", kilobytes(1, 5))
      // Writing the same again takes no more room.
      await store.put("s", kilobytes(1, 80))
      await store.trim("s", 41)
      await store.put("s", kilobytes(81, 30))
      assert.equal((await seqs(store)).length, 70)
      await store.drop("s")
      await store.put("s", kilobytes(1, 80))
    },
    100_000,
  )

  check(
    "of puts that come at once each is taken or refused for itself",
    async (store) => {
      const puts = [10, 200, 10].map((count, i) => store.put(`s${i}`, kilobytes(1, count)))
      assert.deepEqual(
        (await Promise.allSettled(puts)).map((one) => one.status),
        ["fulfilled", "rejected", "fulfilled"],
      )
      assert.deepEqual(await store.series(), ["s0", "s2"])
    },
    100_000,
  )

  check("reads see what was put before them", async (store) => {
    const puts = Array.from({ length: 20 }, (_, i) => store.put("s", [item(i, i)]))
    assert.equal((await seqs(store)).length, 20)
    await Promise.all(puts)
  })
}
