// The relay's process for tests that have no `up` around them.
import { runRelay } from "../../../src/machines/index.ts"
import { realClock } from "../real-clock.ts"

process.on("disconnect", () => process.exit(0))
runRelay({
  channel: {
    send: (message) => void process.send?.(message),
    receive: (listener) => void process.on("message", listener),
  },
  clock: realClock,
})
