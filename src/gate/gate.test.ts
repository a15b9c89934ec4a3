// The gate over a store in memory: kinds of operations, refusals, savepoints, waits, and answers that wait for the disk.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { TestClock } from "../../test/support/test-clock.ts"
import { testIds } from "../../test/support/test-ids.ts"
import { Fault, fault, silentLog } from "../kernel/index.ts"
import { type BlobStore, type BulkStore, memoryStore, type State } from "../state/index.ts"
import { bulk, type Caller, type Cx, createGate, implement, read, wait, write } from "./index.ts"

const scope = { account: "111122223333", region: "eu-west-1" }
const root: Caller = { account: scope.account, arn: `arn:aws:iam::${scope.account}:root`, kind: "root" }
const nobodyAsks = () => []

const setting = (cx: Cx, name: string, value: string) => cx.tx.settings.put({ name, value })

/** A service made of ecs's names, so that the model's types hold. */
const service = implement(
  "ecs",
  {
    CreateCluster: write((cx, input) => {
      setting(cx, "cluster", input.clusterName ?? "")
      cx.emit({ source: "aws.test", detailType: "Made", resources: [], detail: {} })
      if (input.clusterName === "bad") throw fault("ClientException", "bad")
      return {}
    }, nobodyAsks),
    DescribeClusters: read(
      (cx) => ({ clusters: [{ clusterName: cx.tx.settings.get("cluster")?.value }] }),
      () => [{ action: "ecs:DescribeClusters", resources: ["*"] }],
    ),
    DeleteCluster: write((cx, input) => {
      setting(cx, "outer", "kept")
      try {
        cx.call("ecs", "CreateCluster", { clusterName: input.cluster }, cx.caller)
      } catch (thrown) {
        if (!(thrown instanceof Fault)) throw thrown
      }
      return {}
    }, nobodyAsks),
    ListClusters: bulk<"ecs", "ListClusters", string, readonly string[]>(
      {
        serial: () => "one",
        prepare: (cx) => cx.scope.account,
        run: async ({ logEvents }, account) => (await logEvents.series()).map((s) => `${account} ${s}`),
        finish: (_cx, _input, _prepared, found) => ({ clusterArns: [...found] }),
      },
      nobodyAsks,
    ),
    ListServices: wait<"ecs", "ListServices">(
      {
        patience: () => 1000,
        watches: ["settings"],
        attempt: (cx, _input, last) => {
          const found = cx.tx.settings.get("awaited")
          if (found) return { serviceArns: [found.value] }
          return last ? { serviceArns: [] } : undefined
        },
      },
      nobodyAsks,
    ),
  },
  ["CreateCluster.settings.name", "CreateCluster.settings.value=1.2 idle"],
)

const logged: string[] = []
const log = { ...silentLog, warn: (_message: string, fields?: object) => logged.push(JSON.stringify(fields)) }

const noBulk = { series: async () => ["a", "b"] } as unknown as BulkStore

const setUp = async (state?: State) => {
  const store = state ?? (await memoryStore())
  const clock = new TestClock()
  const gate = createGate({
    state: store,
    bulk: { logEvents: noBulk, layers: {} as BlobStore },
    services: [service],
    clock,
    ids: testIds(),
    log,
  })
  const ask = (operation: string, input: object, caller: Caller = root) =>
    gate.dispatch({ service: "ecs", operation, input, scope, caller, requestId: "r" })
  return { store, clock, gate, ask }
}

describe("the gate", () => {
  test("what a write did is seen by the next read", async () => {
    const { ask } = await setUp()
    await ask("CreateCluster", { clusterName: "a" })
    assert.deepEqual(await ask("DescribeClusters", {}), { clusters: [{ clusterName: "a" }] })
  })

  test("an operation without a handler answers NotImplemented with 501 and names itself", async () => {
    const { ask } = await setUp()
    await assert.rejects(ask("UpdateService", {}), (thrown: Fault) => {
      assert.deepEqual([thrown.code, thrown.status], ["NotImplemented", 501])
      assert.match(thrown.message, /ecs:UpdateService/)
      return true
    })
    await assert.rejects(ask("constructor", {}), { code: "NotImplemented" })
  })

  test("a write that faults changes nothing and emits nothing", async () => {
    const { ask, store } = await setUp()
    await assert.rejects(ask("CreateCluster", { clusterName: "bad" }), { code: "ClientException" })
    store.view((view) => assert.deepEqual([view.settings.size, view.outbox.size], [0, 0]))
  })

  test("a fault inside a call undoes the callee's writes and events, and not the caller's", async () => {
    const { ask, store } = await setUp()
    await ask("DeleteCluster", { cluster: "bad" })
    store.view((view) => {
      assert.equal(view.settings.get("outer")?.value, "kept")
      assert.deepEqual([view.settings.size, view.outbox.size], [1, 0])
    })
  })

  test("the key of a machine may not do what no agent does", async () => {
    const { ask } = await setUp()
    const machine: Caller = { ...root, kind: "machine", machineId: "m-1" }
    await assert.rejects(ask("DescribeClusters", {}, machine), { code: "AccessDeniedException" })
  })

  test("an input member without effect is logged once, when it is used", async () => {
    const { ask } = await setUp()
    logged.length = 0
    await ask("CreateCluster", { clusterName: "a", settings: [] })
    assert.deepEqual(logged, [])
    for (const name of ["one", "two"]) await ask("CreateCluster", { clusterName: "a", settings: [{ name }] })
    assert.deepEqual(logged, ['{"member":"ecs:CreateCluster.settings.name"}'])
  })

  test("a value without effect is logged when it is used, and another value of the member is not", async () => {
    const { ask } = await setUp()
    logged.length = 0
    await ask("CreateCluster", { clusterName: "a", settings: [{ value: "busy" }] })
    assert.deepEqual(logged, [])
    await ask("CreateCluster", { clusterName: "a", settings: [{ value: "busy" }, { value: "1.2 idle" }] })
    assert.deepEqual(logged, ['{"member":"ecs:CreateCluster.settings.value=1.2 idle"}'])
  })

  test("a bulk operation passes what it found from step to step", async () => {
    const { ask } = await setUp()
    assert.deepEqual(await ask("ListClusters", {}), { clusterArns: ["111122223333 a", "111122223333 b"] })
  })

  test("a waiting operation answers as soon as the records allow", async () => {
    const { ask, store } = await setUp()
    const answer = ask("ListServices", {})
    store.transact((tx) => tx.settings.put({ name: "awaited", value: "here" }))
    assert.deepEqual(await answer, { serviceArns: ["here"] })
  })

  test("a waiting operation answers when its time is over", async () => {
    const { ask, clock } = await setUp()
    const answer = ask("ListServices", {})
    await clock.advance(1000)
    assert.deepEqual(await answer, { serviceArns: [] })
  })

  test("no answer, refusal or read leaves before what it saw is durable", async () => {
    const store = await memoryStore()
    const stall = Promise.withResolvers<void>()
    const stalled: State = Object.assign(Object.create(store) as State, {
      durable: () => stall.promise,
      transact: store.transact.bind(store),
      view: store.view.bind(store),
      savepoint: store.savepoint.bind(store),
      watch: store.watch.bind(store),
    })
    Object.defineProperty(stalled, "position", { get: () => store.position })
    const { ask } = await setUp(stalled)
    const left: string[] = []
    const note = (name: string, answer: Promise<object>) =>
      answer.then(
        () => left.push(name),
        () => left.push(name),
      )
    const all = [
      note("write", ask("CreateCluster", { clusterName: "a" })),
      note("read", ask("DescribeClusters", {})),
      note("refusal", ask("CreateCluster", { clusterName: "bad" })),
    ]
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(left, [])
    stall.resolve()
    await Promise.all(all)
    assert.deepEqual(left.toSorted(), ["read", "refusal", "write"])
  })
})
