// Bar 7 and the second half of bar 8: how soon the bundled control plane answers, with an empty store and with 100,000
// running tasks, how much memory it holds, and how little it does while nothing changes.
import { rmSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import { makeLargeStore, newFolder, recordsOf } from "../test/support/large-store.ts"
import { bundle, type Started, startBundle } from "./support/bundle.ts"
import { type Measure, median, report } from "./support/measure.ts"

const tasks = 100_000
const rounds = 5
/** Seconds over which an idle process is watched. */
const watched = 10

const seconds = (act: () => void): number => {
  const began = performance.now()
  act()
  return (performance.now() - began) / 1000
}

/** The floor of a start with records: to read and parse them, on one thread. */
const readAndParse = (data: string): number =>
  seconds(() => {
    const db = new DatabaseSync(recordsOf(data), { readOnly: true })
    for (const row of db.prepare("SELECT json FROM rows").iterate()) JSON.parse(String(row.json))
    db.close()
  })

const empty = async (dist: string): Promise<readonly Measure[]> => {
  const starts: number[] = []
  const memory: number[] = []
  for (let round = 0; round < rounds; round++) {
    const data = newFolder()
    const started = await startBundle(dist, data, "ListClusters", {})
    starts.push(started.seconds)
    await pause(2000)
    memory.push(started.memory())
    await started.stop()
    rmSync(data, { recursive: true })
  }
  return [
    { name: "start to first answer, empty store", value: median(starts), unit: "s" },
    { name: "memory of an idle control plane", value: median(memory), unit: "MB" },
  ]
}

const large = async (dist: string, data: string): Promise<readonly Measure[]> => {
  const arns = await makeLargeStore(data, tasks)
  const starts: number[] = []
  const floor: number[] = []
  let processor = Number.NaN
  for (let round = 0; round < rounds; round++) {
    const asked = arns[Math.floor((round / rounds) * tasks)]
    const started = await startBundle(dist, data, "DescribeTasks", { tasks: [asked] })
    const [found] = started.answer.tasks as { taskArn: string; lastStatus: string }[]
    if (found?.taskArn !== asked || found?.lastStatus !== "RUNNING") throw new Error(`${asked} is not as it was`)
    starts.push(started.seconds)
    if (round === rounds - 1) processor = await idleShare(started)
    await started.stop()
    floor.push(readAndParse(data))
  }
  return [
    {
      name: `start to first answer, ${tasks} running tasks`,
      value: median(starts),
      unit: "s",
      floor: { name: "reading and parsing the same rows", value: median(floor) },
    },
    { name: `an idle control plane with ${tasks} running tasks`, value: processor * 100, unit: "% of a core" },
  ]
}

/** The share of a processor that is used once every key has been looked at. */
const idleShare = async (started: Started): Promise<number> => {
  const waiting = async () => {
    const text = await (await fetch(`http://127.0.0.1:${started.port}/_roadstead/metrics`)).text()
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1])
    return { keys: value("roadstead_controller_keys_waiting"), commits: value("roadstead_commits") }
  }
  let before = await waiting()
  while (before.keys > 0) {
    await pause(200)
    before = await waiting()
  }
  // What was thrown away at the start is collected once.
  await pause(2000)
  const used = started.processorSeconds()
  await pause(watched * 1000)
  const share = (started.processorSeconds() - used) / watched
  if ((await waiting()).commits !== before.commits) throw new Error("an idle control plane has changed its records")
  return share
}

await report(async () => {
  const folder = newFolder()
  try {
    const dist = bundle(folder)
    return [...(await empty(dist)), ...(await large(dist, join(folder, "data")))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
