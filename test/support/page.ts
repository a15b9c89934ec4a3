// What a task serves, as soon as it does: RUNNING says that its container runs, and not that it listens.
import { delay } from "../../src/kernel/index.ts"
import { realClock } from "./real-clock.ts"

/** A busy machine is slow; what never answers is not there for ever. */
const patience = 60_000

/** The text of a page, asked for again until it is there. */
export const pageOf = async (url: string): Promise<string> => {
  const end = realClock.now() + patience
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
    if (answer?.ok) return answer.text()
    if (realClock.now() > end) throw new Error(`${url} was not to be had: ${answer?.status}`)
    await delay(realClock, 50)
  }
}
