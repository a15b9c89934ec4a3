// The process of the helper container: started by the engine, it takes all that it is told over its standard input and
// ends with it. With an argument it removes a control group instead.
import { removeCgroup, runHelper, sweepArgument } from "../machines/index.ts"
import { wallClock } from "./clocks.ts"
import { entryCommand } from "./entries.ts"
import { openLog } from "./log.ts"

const { NODE_COMPILE_CACHE } = process.env
const compiled = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }
const [argument, group] = process.argv.slice(2)

if (argument === sweepArgument) {
  await removeCgroup(group ?? "", wallClock)
} else {
  process.on("SIGINT", () => {})
  // What cannot be written any more is said to nobody: the end of the input follows.
  process.stdout.on("error", () => {})
  const ended = runHelper({
    input: process.stdin,
    write: (bytes) => void process.stdout.write(bytes),
    agentCommand: (environment) => entryCommand("agent-process", { ...compiled, ...environment }),
    proxyCommand: (environment) => entryCommand("proxy-process", { ...compiled, ...environment }),
    clock: wallClock,
    log: openLog({ level: "info", format: "pretty", process: "helper" }),
  })
  process.once("SIGTERM", () => process.stdin.destroy())
  await ended
}
process.exit(0)
