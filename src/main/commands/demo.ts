// `roadstead demo`: a Roadstead of its own in a temporary folder, a journey through it with every step checked, and
// nothing left behind.
import { wallClock } from "../clocks.ts"
import type { UpConfig } from "../config.ts"
import { removeFolders, temporaryFolders } from "../data-folder.ts"
import { journey } from "../demo/journey.ts"
import { NotHere } from "../demo/step.ts"
import { openLog } from "../log.ts"
import { startSupervisor } from "../supervisor.ts"

export interface DemoOptions {
  readonly config: UpConfig
  /** Leave everything running, to look around. */
  readonly keep: boolean
}

/** Answers the exit code: 0 when every step saw what it should. */
export const demo = async ({ config, keep }: DemoOptions): Promise<number> => {
  const folders = temporaryFolders()
  const log = openLog({ level: config.logLevel, format: config.logFormat, process: "supervisor" })
  const print = (line: string) => process.stdout.write(`${line}\n`)
  const started = wallClock.now()
  const supervisor = await startSupervisor({
    config: { ...config, port: 0, data: folders.data },
    folders,
    log,
    onEnd: (problem) => print(`Roadstead ended: ${problem.message}`),
  }).catch((thrown: unknown) => {
    removeFolders(folders)
    throw thrown
  })
  const note = supervisor.engine === "simulated" ? " SIMULATED: no containers, so nothing can be reached." : ""
  print(`Roadstead is ready at ${supervisor.endpoint} after ${since(started)}.${note}`)
  let failed = false
  let left = 0
  const interrupted = new AbortController()
  process.once("SIGINT", () => interrupted.abort())
  for (const step of journey({
    endpoint: supervisor.endpoint,
    account: config.account,
    region: config.region,
    engine: supervisor.engine,
    ...(supervisor.dockerSocket !== undefined && { dockerSocket: supervisor.dockerSocket }),
    clock: wallClock,
  })) {
    if (interrupted.signal.aborted) break
    const before = wallClock.now()
    try {
      const seen = await step.run()
      print(`  ok    ${step.name} (${since(before)})\n        ${seen}`)
    } catch (thrown) {
      if (thrown instanceof NotHere) {
        left += 1
        print(`  skip  ${step.name}\n        ${thrown.message}`)
        continue
      }
      failed = true
      print(
        `  FAIL  ${step.name} (${since(before)})\n        ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      )
      break
    }
  }
  if (keep) {
    print(
      `Kept: ${supervisor.endpoint}, data in ${folders.data}. Ctrl-C ends it; then: roadstead down --purge --data ${folders.data}`,
    )
    await new Promise<void>((resolve) => {
      if (interrupted.signal.aborted) resolve()
      interrupted.signal.addEventListener("abort", () => resolve())
    })
    await supervisor.close()
  } else {
    await supervisor.down()
    removeFolders(folders)
  }
  const over = failed || interrupted.signal.aborted
  const complete = left === 0 ? "The demo is complete" : `The demo is complete but for ${left} steps`
  print(
    `${over ? "The demo failed" : complete}${supervisor.engine === "simulated" ? " (SIMULATED)" : ""}: ${since(started)} in all.`,
  )
  return over ? 1 : 0
}

const since = (before: number): string => `${((wallClock.now() - before) / 1000).toFixed(2)} s`
