// A Docker engine for live tests that nothing else on this machine sees: a fresh network namespace with a dockerd and
// containerd of its own in temporary folders. So `npm test` works while `up` runs, and test files beside each other.
//
// A live test file begins with
//
//     import { withEngine } from "../support/namespace.ts"
//     const engine = await withEngine(import.meta.filename)
//
// At first the file makes the namespace and the engine and runs itself again inside the namespace, where the same line
// answers at once. So all that follows runs inside: addresses of its bridges (172.31.0.1, 169.254.170.2) can be dialled
// and listened on, ports collide with nobody, `ip` shows only what the test made. There is no way out to the internet.
// `engine.socketPath` is the engine's socket, `engine.folder` an empty folder of the test's own (short, for sockets).
// Nothing needs closing: when the file ends, engine, containers, namespace and folders are removed.
//
// Needs root, dockerd, containerd, ip and nsenter; throws without them.
import { spawn } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { silentLog } from "../../src/kernel/index.ts"
import {
  identify,
  inside,
  isRunning,
  makeNamespace,
  openRecord,
  type ProcessIdentity,
  type Record,
  recordPath,
  removeCgroup,
  removeDaemon,
  removeNamespace,
  startDaemon,
} from "../../src/machines/index.ts"
import { realClock } from "./real-clock.ts"

/** What a live test is given. */
export interface TestEngine {
  readonly socketPath: string
  /** The network namespace, to start further programs in: `nsenter --net=/run/netns/<namespace>`. */
  readonly namespace: string
  /** The engine's cgroup, without a slash: what is made below it goes with it. */
  readonly cgroup: string
  /** A temporary folder of this test file. */
  readonly folder: string
}

const variable = "ROADSTEAD_TEST_ENGINE"
const runRoot = "/run/roadstead-test"
const context = (record: Record) => ({ record, clock: realClock, log: silentLog })

/**
 * See the head of the file. `testFile` is the caller's own `import.meta.filename`; `bridge` the address of the engine's
 * default bridge (`172.17.0.1/16`), which it only has when asked for.
 */
export const withEngine = async (testFile: string, more: { readonly bridge?: string } = {}): Promise<TestEngine> => {
  const given = process.env[variable]
  if (given !== undefined) {
    // The outer process was killed: its engine is swept by the next file, so there is nothing left to test.
    process.once("disconnect", () => process.exit(1))
    process.channel?.unref()
    return JSON.parse(given) as TestEngine
  }
  await sweep()
  const folder = mkdtempIn(runRoot)
  const record = openRecord(recordPath(folder))
  const name = `rstest-${process.pid}`
  const cgroup = `roadstead-test-${process.pid}`
  own(folder)
  mkdirSync(join(folder, "t"))
  let status = 1
  try {
    await makeNamespace(record, name)
    const { socket } = await startDaemon(context(record), {
      name,
      namespace: name,
      runFolder: join(folder, "e"),
      // Not below /run: layers of images belong on a disk.
      dataFolder: join("/var/tmp", `roadstead-test-${process.pid}`),
      cgroup: `/${cgroup}`,
      ...more,
    })
    const engine: TestEngine = { socketPath: socket, namespace: name, cgroup, folder: join(folder, "t") }
    status = await runInside(testFile, engine)
  } finally {
    await removeAll(folder, record)
  }
  process.exit(status)
}

const mkdtempIn = (root: string): string => {
  mkdirSync(root, { recursive: true, mode: 0o700 })
  return mkdtempSync(join(root, "x"))
}

/** Output goes to our own stdout as it is: the test runner above reads its reports from there. */
const runInside = (testFile: string, engine: TestEngine): Promise<number> =>
  new Promise((resolve, reject) => {
    const [program, words] = inside(engine.namespace, process.execPath, [...process.execArgv, testFile])
    const child = spawn(program, words, {
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      env: { ...process.env, [variable]: JSON.stringify(engine) },
    })
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => child.kill(name))
    child.once("error", reject)
    child.once("exit", (code) => resolve(code ?? 1))
  })

const removeAll = async (folder: string, record: Record): Promise<void> => {
  for (const nested of recordsOfTest(folder)) await removeRecorded(nested)
  await removeRecorded(record)
  rmSync(folder, { recursive: true, force: true })
}

/** Machines that the test made and did not remove, because it failed: their records are in run folders of its own. */
const recordsOfTest = (folder: string): Record[] => {
  const own = join(folder, "t")
  if (!existsSync(own)) return []
  const paths = readdirSync(own).flatMap((entry) => {
    // A run folder of a test that makes machines itself; or the data folder of an `up`, whose run folder is elsewhere.
    const id = join(own, entry, "id")
    const runFolder = existsSync(id) ? [join("/run/roadstead", readFileSync(id, "utf8").trim())] : []
    return [join(own, entry), ...runFolder].map(recordPath)
  })
  return paths.filter((path) => existsSync(path)).map(openRecord)
}

const removeRecorded = async (record: Record): Promise<void> => {
  for (const thing of record.things()) if (thing.kind === "daemon") await removeDaemon(context(record), thing)
  for (const thing of record.things()) {
    if (thing.kind === "namespace") await removeNamespace(record, thing.name)
    if (thing.kind === "cgroup") await removeCgroup(thing.name, realClock)
  }
}

/** Removes what test files left that were killed before they could. */
const sweep = async (): Promise<void> => {
  if (!existsSync(runRoot)) return
  for (const entry of readdirSync(runRoot)) {
    const folder = join(runRoot, entry)
    if (ownerIsAlive(folder) || !claim(folder)) continue
    await removeAll(folder, openRecord(recordPath(folder)))
  }
}

const own = (folder: string): void => writeFileSync(join(folder, "owner.json"), JSON.stringify(identify(process.pid)))

/** Of several files that sweep at the same time one gets to rename the former owner's mark. */
const claim = (folder: string): boolean => {
  try {
    renameSync(join(folder, "owner.json"), join(folder, "former-owner.json"))
  } catch {
    return false
  }
  own(folder)
  return true
}

const ownerIsAlive = (folder: string): boolean => {
  const file = join(folder, "owner.json")
  if (!existsSync(file)) return true
  return isRunning(JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity)
}
