// Ends the process when it hangs in one input: a thread of its own watches a counter, for a loop without end lets nobody
// else speak. It prints what makes the input again.
import { Worker } from "node:worker_threads"

/** Milliseconds that one batch of inputs may take on a machine that is busy with everything else. */
const longest = 60_000

const watch = `
const { workerData } = require("node:worker_threads")
const { writeSync } = require("node:fs")
const cells = new Int32Array(workerData.shared)
let last = -1
setInterval(() => {
  const at = Atomics.load(cells, 0)
  if (at === last && Atomics.load(cells, 1) === 1) {
    writeSync(2, "fuzz: " + workerData.name + " hangs at an input from " + at + " on with seed " + workerData.seed + "\\n")
    process.kill(process.pid, "SIGKILL")
  }
  last = at
}, workerData.patience).unref()
setInterval(() => {}, 1 << 30)
`

/** Starts to watch. `at` is to be told often where the run is. */
export const watchdog = (name: string, seed: number, patience = longest): { at(number: number): void; end(): void } => {
  const shared = new SharedArrayBuffer(8)
  const cells = new Int32Array(shared)
  Atomics.store(cells, 1, 1)
  const worker = new Worker(watch, { eval: true, execArgv: [], workerData: { shared, name, seed, patience } })
  worker.unref()
  return {
    at: (number) => void Atomics.store(cells, 0, number),
    end: () => {
      Atomics.store(cells, 1, 0)
      void worker.terminate()
    },
  }
}
