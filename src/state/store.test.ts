// What every room relies on: transactions, views, savepoints and watches of a store with nothing behind it.
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Log, silentLog } from "../kernel/index.ts"
import { memoryStoreOf } from "./open-store.ts"
import { defineTable } from "./table.ts"
import type { Commit } from "./types.ts"

interface Ship {
  readonly name: string
  readonly port?: string
  readonly flags?: readonly string[]
  readonly cargo?: { readonly tons: number }
}
const ships = defineTable<Ship>()({
  name: "ships",
  version: 1,
  key: (s) => s.name,
  indexes: { port: (s) => s.port, flag: (s) => s.flags },
})
const open = (log?: Log) => memoryStoreOf({ ships }, log)
const names = (rows: Iterable<Ship>) => Array.from(rows, (row) => row.name)

test("a transaction that throws leaves nothing behind, in the table, its indexes and its order", () => {
  const store = open()
  store.transact((tx) => ["a", "b", "c"].map((name) => tx.ships.insert({ name, port: "Kiel" })))
  assert.throws(
    () =>
      store.transact((tx) => {
        tx.ships.delete("a")
        tx.ships.patch("b", { port: "Bremen" })
        tx.ships.insert({ name: "d", port: "Bremen" })
        tx.ships.insert({ name: "a", port: "Bremen" })
        throw new Error("storm")
      }),
    /storm/,
  )
  store.view((view) => {
    assert.deepEqual(names(view.ships.all()), ["a", "b", "c"])
    assert.deepEqual(names(view.ships.by("port", "Kiel")), ["a", "b", "c"])
    assert.equal(view.ships.count("port", "Bremen"), 0)
    assert.equal(view.ships.first("port", "Kiel")?.name, "a")
  })
  assert.equal(store.position, 1)
})

test("a savepoint undoes only its own writes, also inside another", () => {
  const store = open()
  store.transact((tx) => {
    tx.ships.insert({ name: "a" })
    store.savepoint(() => {
      tx.ships.insert({ name: "b" })
      assert.throws(() =>
        store.savepoint(() => {
          tx.ships.insert({ name: "c" })
          throw new Error("inner")
        }),
      )
    })
  })
  assert.deepEqual(
    store.view((view) => names(view.ships.all())),
    ["a", "b"],
  )
})

test("rows are frozen all the way down, and members without a value are left out", () => {
  const store = open()
  const row = store.transact((tx) => tx.ships.put({ name: "a", cargo: { tons: 1 }, flags: ["red"] })).value
  assert.throws(() => Object.assign(row.cargo ?? {}, { tons: 2 }), TypeError)
  assert.throws(() => (row.flags as string[]).push("blue"), TypeError)
  const patched = store.transact((tx) => tx.ships.patch("a", { cargo: undefined })).value
  assert.deepEqual(patched, { name: "a", flags: ["red"] })
  assert.ok(!("cargo" in patched))
})

test("what JSON cannot keep is refused where it is written", () => {
  const store = open()
  for (const cargo of [{ tons: Number.NaN }, { tons: new Date(0) }, { tons: () => 1 }, { tons: [undefined] }]) {
    assert.throws(
      () => store.transact((tx) => tx.ships.put({ name: "a", cargo: cargo as never })),
      /ships\.cargo\.tons/,
    )
  }
})

test("what a reader was given does not change when the records do", () => {
  const store = open()
  store.transact((tx) => {
    tx.ships.insert({ name: "a", port: "Kiel" })
    const all = tx.ships.all()
    const by = tx.ships.by("port", "Kiel")
    tx.ships.insert({ name: "b", port: "Kiel" })
    tx.ships.patch("a", { port: "Bremen" })
    assert.deepEqual(names(all), ["a"])
    assert.deepEqual(names(by), ["a"])
    assert.deepEqual(names(tx.ships.by("port", "Kiel")), ["b"])
    assert.throws(() => (by as Ship[]).pop(), TypeError)
  })
})

test("rows are listed in the order of their insertion, also when they change their place in an index", () => {
  const store = open()
  store.transact((tx) => ["c", "a", "b"].map((name) => tx.ships.insert({ name, port: "Kiel" })))
  store.transact((tx) => tx.ships.patch("c", { port: "Bremen" }))
  store.transact((tx) => tx.ships.patch("c", { port: "Kiel" }))
  store.view((view) => {
    assert.deepEqual(names(view.ships.by("port", "Kiel")), ["c", "a", "b"])
    assert.equal(view.ships.first("port", "Kiel")?.name, "c")
  })
})

test("pages come in the order of keys, go on after a key and end without a next", () => {
  const store = open()
  store.transact((tx) => ["d", "b", "a", "c", "e"].map((name) => tx.ships.insert({ name, port: "Kiel" })))
  store.view((view) => {
    const first = view.ships.page("port", "Kiel", { limit: 2 })
    assert.deepEqual([names(first.rows), first.next], [["a", "b"], "b"])
    const rest = view.ships.page("port", "Kiel", { limit: 3, after: "b" })
    assert.deepEqual([names(rest.rows), rest.next], [["c", "d", "e"], undefined])
    const kept = view.ships.page("port", "Kiel", { limit: 1, keep: (s) => s.name === "c" })
    assert.deepEqual([names(kept.rows), kept.next], [["c"], undefined])
    assert.throws(() => view.ships.page("port", "Kiel", { limit: 0 }), RangeError)
  })
  store.transact((tx) => tx.ships.delete("b"))
  store.transact((tx) => tx.ships.insert({ name: "bb", port: "Kiel" }))
  const page = store.view((view) => view.ships.page("port", "Kiel", { limit: 3, after: "a" }))
  assert.deepEqual(names(page.rows), ["bb", "c", "d"])
})

test("a row is found under each value of an index that gives several", () => {
  const store = open()
  store.transact((tx) => tx.ships.insert({ name: "a", flags: ["red", "blue", "red"] }))
  store.transact((tx) => tx.ships.patch("a", { flags: ["blue", "green"] }))
  const counts = store.view((view) => ["red", "blue", "green"].map((flag) => view.ships.count("flag", flag)))
  assert.deepEqual(counts, [0, 1, 1])
})

test("inserting a taken key, patching a missing row and changing a key are refused", () => {
  const store = open()
  store.transact((tx) => tx.ships.insert({ name: "a" }))
  assert.throws(() => store.transact((tx) => tx.ships.insert({ name: "a" })), /already has a row a/)
  assert.throws(() => store.transact((tx) => tx.ships.patch("b", { port: "Kiel" })), /no row b/)
  assert.throws(() => store.transact((tx) => tx.ships.patch("a", { name: "b" })), /key of a row stays/)
})

test("a transaction that changed nothing makes no commit and answers the position it has seen", () => {
  const store = open()
  const { position } = store.transact((tx) => tx.ships.insert({ name: "a", port: "Kiel" }))
  assert.equal(store.transact((tx) => tx.ships.get("a")).position, position)
  assert.equal(store.transact((tx) => tx.ships.patch("a", { port: "Kiel" })).position, position)
  assert.equal(store.transact((tx) => tx.ships.delete("b")).position, position)
  store.transact((tx) => {
    tx.ships.insert({ name: "c" })
    tx.ships.delete("c")
  })
  assert.equal(store.position, position)
})

test("views and transactions do not run inside each other, and promises are refused", async () => {
  const store = open()
  assert.throws(() => store.transact(() => store.transact(() => 1)), /inside a transaction/)
  assert.throws(() => store.transact(() => store.view(() => 1)), /inside a transaction/)
  assert.throws(() => store.view(() => store.transact(() => 1)), /inside a view/)
  assert.throws(() => store.savepoint(() => 1), /inside a transaction/)
  assert.throws(
    () =>
      store.transact(async (tx) => {
        tx.ships.insert({ name: "a" })
        await Promise.resolve()
        tx.ships.insert({ name: "b" })
      }),
    /no promise/,
  )
  await new Promise(setImmediate)
  assert.equal(
    store.view((view) => view.ships.size),
    0,
  )
})

test("tables that outlived their view or transaction throw, also for reading", () => {
  const store = open()
  const kept = store.view((view) => view.ships)
  const written = store.transact((tx) => tx.ships).value
  assert.throws(() => kept.get("a"), /after its function had ended/)
  assert.throws(() => written.put({ name: "a" }), /after its function had ended/)
  assert.throws(() => store.view((view) => (view.ships as typeof written).put({ name: "a" })), /cannot write/)
})

test("a watch begins with what it has seen and hears of each later commit once, in order", () => {
  const store = open()
  store.transact((tx) => tx.ships.insert({ name: "a" }))
  const heard: number[] = []
  const watch = store.watch(
    "committed",
    (view) => names(view.ships.all()),
    (commit) => heard.push(commit.position),
  )
  assert.deepEqual(watch.seen, ["a"])
  store.transact((tx) => tx.ships.insert({ name: "b" }))
  assert.deepEqual(heard, [2])
  watch.stop()
  store.transact((tx) => tx.ships.insert({ name: "c" }))
  assert.deepEqual(heard, [2])
})

test("a commit names each changed row once, with what it was and what it is", () => {
  const store = open()
  const commits: Commit[] = []
  store.transact((tx) => tx.ships.insert({ name: "a" }))
  store.watch(
    "committed",
    () => {},
    (commit) => commits.push(commit),
  )
  store.transact((tx) => {
    tx.ships.patch("a", { port: "Kiel" })
    tx.ships.patch("a", { port: "Bremen" })
    tx.ships.insert({ name: "b" })
  })
  store.transact((tx) => tx.ships.delete("b"))
  assert.deepEqual(commits, [
    {
      position: 2,
      changes: [
        { table: "ships", key: "a", before: { name: "a" }, after: { name: "a", port: "Bremen" } },
        { table: "ships", key: "b", after: { name: "b" } },
      ],
    },
    { position: 3, changes: [{ table: "ships", key: "b", before: { name: "b" } }] },
  ])
})

test("what a watcher commits is told after everybody has heard of the commit that it answers", () => {
  const store = open()
  const heard: string[] = []
  store.watch(
    "committed",
    () => {},
    (commit) => {
      heard.push(`first ${commit.position}`)
      if (commit.position === 1) store.transact((tx) => tx.ships.insert({ name: "b" }))
    },
  )
  store.watch(
    "committed",
    () => {},
    (commit) => heard.push(`second ${commit.position}`),
  )
  store.transact((tx) => tx.ships.insert({ name: "a" }))
  assert.deepEqual(heard, ["first 1", "second 1", "first 2", "second 2"])
})

test("a watch that begins while commits are being told hears only of those after what it has seen", () => {
  const store = open()
  const heard: number[] = []
  let seen: readonly string[] = []
  const outer = store.watch(
    "committed",
    () => {},
    () => {
      outer.stop()
      store.transact((tx) => tx.ships.insert({ name: "b" }))
      seen = store.watch(
        "committed",
        (view) => names(view.ships.all()),
        (commit) => heard.push(commit.position),
      ).seen
    },
  )
  store.transact((tx) => tx.ships.insert({ name: "a" }))
  assert.deepEqual([seen, heard], [["a", "b"], []])
  store.transact((tx) => tx.ships.insert({ name: "c" }))
  assert.deepEqual(heard, [3])
})

test("a watcher that throws is logged and keeps nobody else from hearing", () => {
  const logged: string[] = []
  const store = open({ ...silentLog, error: (message) => logged.push(message) })
  const heard: number[] = []
  store.watch(
    "committed",
    () => {},
    () => assert.fail("broken"),
  )
  store.watch(
    "committed",
    () => {},
    (commit) => heard.push(commit.position),
  )
  store.transact((tx) => tx.ships.insert({ name: "a" }))
  assert.deepEqual([heard, logged], [[1], ["a watcher failed"]])
})

test("a trail names what has changed since, in the table and under the values of an index, taken back or not", () => {
  const store = open()
  store.transact((tx) => ["a", "b", "c"].map((name) => tx.ships.insert({ name, port: "Kiel" })))
  const [keys, ports] = store.view((view) => [view.ships.trail(), view.ships.trail("port")])
  const [key, port] = [keys.now, ports.now]
  assert.deepEqual([keys.since(key), ports.since(port)], [new Set(), new Set()])
  store.transact((tx) => tx.ships.patch("b", { port: "Bremen" }))
  assert.deepEqual([keys.since(key), ports.since(port)], [new Set(["b"]), new Set(["Kiel", "Bremen"])])
  const later = ports.now
  store.transact((tx) => tx.ships.patch("c", { cargo: { tons: 3 } }))
  assert.deepEqual(ports.since(later), new Set(["Kiel"]))
  const back = keys.now
  assert.throws(() =>
    store.transact((tx) => {
      tx.ships.delete("a")
      throw new Error("storm")
    }),
  )
  assert.deepEqual(keys.since(back), new Set(["a"]))
  assert.equal(
    store.view((view) => view.ships.trail("port")),
    ports,
  )
})

test("a trail does not know what changed long ago", () => {
  const store = open()
  const trail = store.view((view) => view.ships.trail())
  const { now } = trail
  store.transact((tx) => {
    for (let tons = 0; tons < 20_000; tons += 1) tx.ships.put({ name: "a", cargo: { tons } })
  })
  assert.equal(trail.since(now), undefined)
  assert.deepEqual(trail.since(trail.now - 1), new Set(["a"]))
})

test("the ordinal of a row says where it stands among all, also when it is taken away and comes again", () => {
  const store = open()
  store.transact((tx) => ["b", "a"].map((name) => tx.ships.insert({ name })))
  const place = (name: string) => store.view((view) => view.ships.ordinal(name)) ?? -1
  assert.ok(place("b") < place("a"))
  store.transact((tx) => [tx.ships.delete("b"), tx.ships.insert({ name: "b" })])
  assert.ok(place("a") < place("b"))
  assert.equal(place("c"), -1)
})
