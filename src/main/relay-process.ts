// The process that serves the gateway addresses inside a machine apart: started by the supervisor in its namespace.
import { runRelay } from "../machines/index.ts"
import { wallClock } from "./clocks.ts"
import { openLog } from "./log.ts"

runRelay({
  channel: {
    send: (message) => void process.send?.(message),
    receive: (listener) => process.on("message", listener),
  },
  clock: wallClock,
  log: openLog({ level: "info", format: "pretty", process: "relay" }),
})

process.on("SIGINT", () => {})
process.on("disconnect", () => process.exit(0))
