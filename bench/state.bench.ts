// How fast records and bulk data become durable, and how fast a large store opens: each beside the least that the
// same machine needs for it, measured in the same run. What the numbers have to be is in bench/bars.json.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { silentLog } from "../src/kernel/index.ts"
import {
  memoryStore,
  openStore,
  type State,
  schema,
  sqliteBulkStore,
  sqliteJournal,
  type TaskRow,
} from "../src/state/index.ts"
import { type Measure, median, percentile, report } from "./support/measure.ts"

const CALLERS = 64
const MUTATIONS = 20_000
const TASKS = 100_000
/** Rounds of ours and of the floor alternate, so that a disturbance hits both. */
const OPENINGS = 3
const EVENTS = 100_000
const EVENTS_PER_PUT = 1000

const seconds = async (act: () => unknown): Promise<number> => {
  const started = performance.now()
  await act()
  return (performance.now() - started) / 1000
}

const arn = (i: number) =>
  `arn:aws:ecs:us-east-1:000000000000:task/bench/${((i * 2654435761) % 2 ** 32).toString(16).padStart(32, "0")}`

/** A task as RunTask leaves it once it runs: about 1.6 kB of JSON. */
const task = (i: number): TaskRow => ({
  arn: arn(i),
  id: arn(i).slice(-32),
  account: "000000000000",
  region: "us-east-1",
  clusterArn: "arn:aws:ecs:us-east-1:000000000000:cluster/bench",
  taskDefinitionArn: `arn:aws:ecs:us-east-1:000000000000:task-definition/app-${i % 50}:1`,
  launchType: "FARGATE",
  platformVersion: "1.4.0",
  platformFamily: "Linux",
  cpu: "256",
  memory: "512",
  group: `family:app-${i % 50}`,
  startedBy: `caller-${i % 500}`,
  overrides: { containerOverrides: [{ name: "app", environment: [{ name: "ORDER", value: String(i) }] }] },
  networkConfiguration: { subnets: ["subnet-0123456789abcdef0"], securityGroups: [], assignPublicIp: "DISABLED" },
  enableExecuteCommand: false,
  tags: [{ key: "team", value: "bench" }],
  containers: ["app", "sidecar"].map((name) => ({
    arn: `${arn(i).replace(":task/", ":container/")}/${name}`,
    name,
    image: "roadstead/example:1",
    essential: name === "app",
    cpu: "128",
    memory: "256",
    healthChecked: false,
  })),
  createdAt: 1_700_000_000_000 + i,
  containerInstanceArn: `arn:aws:ecs:us-east-1:000000000000:container-instance/bench/${i % 1000}`,
  availabilityZone: "us-east-1a",
  desiredStatus: "RUNNING",
  observed: {
    status: "RUNNING",
    payloadSentAt: 1_700_000_000_001,
    ackedAt: 1_700_000_000_002,
    runningAt: 1_700_000_000_900,
    containers: { app: { status: "RUNNING", runtimeId: "a".repeat(64) }, sidecar: { status: "RUNNING" } },
  },
  lastStatus: "RUNNING",
  steps: [{ phase: "PROVISIONING", kind: "eni", status: "DONE" }],
  attachments: [
    {
      id: "0a0a0a0a-0000-4000-8000-000000000000",
      type: "ElasticNetworkInterface",
      status: "ATTACHED",
      details: [{ name: "privateIPv4Address", value: "172.31.0.10" }],
    },
  ],
  version: 4,
  announced: "",
})

const open = (file: string): Promise<State> =>
  openStore({ schema, journal: sqliteJournal({ file }), log: silentLog, onFailure: (error) => Promise.reject(error) })

/** Callers that each change a task and wait until that is on disk; against SQLite doing the same by itself. */
const durableMutations = async (folder: string): Promise<readonly Measure[]> => {
  const store = await open(join(folder, "mutations.db"))
  const rows = Array.from({ length: 5000 }, (_, i) => task(i))
  await store.durable(store.transact((tx) => rows.forEach((row) => void tx.tasks.insert(row))).position)
  const waits: number[] = []
  let next = 0
  const caller = async () => {
    while (next < MUTATIONS) {
      const i = next++
      const asked = performance.now()
      const { position } = store.transact((tx) => tx.tasks.patch(arn(i % rows.length), { version: 5 + i }))
      await store.durable(position)
      waits.push(performance.now() - asked)
    }
  }
  const ours = MUTATIONS / (await seconds(() => Promise.all(Array.from({ length: CALLERS }, caller))))
  await store.close()
  const floor = MUTATIONS / (await seconds(() => bareMutations(join(folder, "bare.db"), rows)))
  return [
    {
      name: `durable transactions of the store, ${CALLERS} callers`,
      value: ours,
      unit: "/s",
      floor: { name: "the same rows through SQLite alone, a commit for every 64", value: floor },
    },
    {
      name: `durable transactions of the store, ${CALLERS} callers, p99`,
      value: percentile(waits, 0.99),
      unit: "ms",
    },
  ]
}

/** The floor: the same rows through SQLite on the main thread, one commit for every {@link CALLERS}. */
const bareMutations = (file: string, rows: readonly TaskRow[]): void => {
  const db = new DatabaseSync(file)
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
  db.exec("CREATE TABLE rows (key TEXT PRIMARY KEY, json TEXT)")
  const put = db.prepare("INSERT INTO rows VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET json = excluded.json")
  for (let i = 0; i < MUTATIONS; i += CALLERS) {
    db.exec("BEGIN")
    for (let j = i; j < Math.min(i + CALLERS, MUTATIONS); j++) {
      const row = rows[j % rows.length]
      if (row) put.run(row.arn, JSON.stringify({ ...row, version: 5 + j }))
    }
    db.exec("COMMIT")
  }
  db.close()
}

const fill = async (file: string): Promise<void> => {
  const store = await open(file)
  for (let i = 0; i < TASKS; i += 1000) {
    const { position } = store.transact((tx) => {
      for (let j = i; j < i + 1000; j++) tx.tasks.insert(task(j))
    })
    await store.durable(position)
  }
  await store.close()
}

/** Opening a store with many tasks; against reading and parsing the same text. */
const opening = async (folder: string): Promise<readonly Measure[]> => {
  const file = join(folder, "large.db")
  await fill(file)
  const ours: number[] = []
  const floor: number[] = []
  for (let round = 0; round < OPENINGS; round++) {
    ours.push(
      await seconds(async () => {
        const store = await open(file)
        await store.close()
      }),
    )
    floor.push(
      await seconds(() => {
        const db = new DatabaseSync(file)
        for (const row of db.prepare("SELECT json FROM rows").iterate()) JSON.parse(String(row.json))
        db.close()
      }),
    )
  }
  return [
    {
      name: `opening a store of ${TASKS} tasks`,
      value: median(ours),
      unit: "s",
      floor: { name: "reading and parsing the same rows", value: median(floor) },
    },
  ]
}

/** What a transaction and a page cost in memory, with all indexes of tasks. */
const inMemory = async (): Promise<readonly Measure[]> => {
  const store = memoryStore()
  store.transact((tx) => {
    for (let i = 0; i < TASKS; i++) tx.tasks.insert(task(i))
  })
  const patches = await seconds(() => {
    for (let i = 0; i < TASKS; i++) store.transact((tx) => tx.tasks.patch(arn(i), { version: 5 }))
  })
  const desired = "arn:aws:ecs:us-east-1:000000000000:cluster/bench RUNNING"
  const page = (after: string): string | undefined =>
    store.view((view) => view.tasks.page("desired", desired, { after, limit: 100 })).next
  // The first page sorts the keys, the others only look.
  page("")
  let pages = 0
  const paging = await seconds(() => {
    for (let after = page(""); after !== undefined; after = page(after)) pages++
  })
  return [
    { name: `transactions in memory over ${TASKS} tasks`, value: TASKS / patches, unit: "/s" },
    { name: `a page of 100 of ${TASKS} tasks`, value: (paging / pages) * 1e6, unit: "µs" },
  ]
}

/** Log events into the bulk store; against bare inserts in the same batches. */
const bulkEvents = async (folder: string): Promise<readonly Measure[]> => {
  const line = (i: number) => `2024-01-01T00:00:00Z INFO request ${i} answered with 200 in 12 ms by worker 3 of 8`
  const batch = (from: number) =>
    Array.from({ length: EVENTS_PER_PUT }, (_, i) => ({
      seq: from + i,
      time: 1_700_000_000_000 + from + i,
      data: line(from + i),
    }))
  const store = await sqliteBulkStore({ file: join(folder, "bulk.db"), bytes: 1e9 })
  const ours =
    EVENTS /
    (await seconds(async () => {
      for (let i = 0; i < EVENTS; i += EVENTS_PER_PUT) await store.put("s", batch(i))
    }))
  await store.close()
  const floor =
    EVENTS /
    (await seconds(() => {
      const db = new DatabaseSync(join(folder, "bare-bulk.db"))
      db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      db.exec(
        "CREATE TABLE items (series INTEGER, seq INTEGER, time REAL, data TEXT, PRIMARY KEY (series, seq)) WITHOUT ROWID",
      )
      db.exec("CREATE INDEX items_by_time ON items (series, time, seq)")
      const insert = db.prepare("INSERT INTO items VALUES (1, ?, ?, ?)")
      for (let i = 0; i < EVENTS; i += EVENTS_PER_PUT) {
        db.exec("BEGIN")
        for (const { seq, time, data } of batch(i)) insert.run(seq, time, data)
        db.exec("COMMIT")
      }
      db.close()
    }))
  return [
    {
      name: `bulk events, ${EVENTS_PER_PUT} a put`,
      value: ours,
      unit: "/s",
      floor: { name: "the same inserts through SQLite alone", value: floor },
    },
  ]
}

/** Measures all of the above, one after another, in a temporary folder. */
export const run = async (): Promise<readonly Measure[]> => {
  const folder = await mkdtemp(join(tmpdir(), "roadstead-bench-"))
  try {
    return [
      ...(await durableMutations(folder)),
      ...(await bulkEvents(folder)),
      ...(await opening(folder)),
      ...(await inMemory()),
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}

if (import.meta.main) await report(run)
