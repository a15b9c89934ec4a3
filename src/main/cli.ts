// The command line: parses it, runs one command, and ends with its exit code. A command is loaded when it is named, so
// that `roadstead --version` needs nothing.
import { Command } from "commander"
import { type AgentConfig, withAgentOptions } from "./agent-config.ts"
import { type UpConfig, withDataOptions, withUpOptions } from "./config.ts"
import { Problem } from "./problem.ts"
import { version } from "./version.ts"

const program = new Command("roadstead")
  .description("Amazon ECS on your own machines: wire-compatible, and it does not pretend.")
  .version(version)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))

/** Runs a command and ends the process with its code; a Problem is for the user, anything else is a bug of ours. */
const ending = async (work: () => Promise<number>): Promise<void> => {
  try {
    process.exit(await work())
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown
    process.stderr.write(`roadstead: ${thrown.message}\n`)
    process.exit(thrown.exitCode)
  }
}

withUpOptions(program.command("up").description("run everything on this machine, in the foreground")).action(
  (config: UpConfig) => ending(async () => (await import("./commands/up.ts")).up(config)),
)

withDataOptions(program.command("down").description("remove every container, network and host of a data folder"))
  .option("--purge", "and the data", false)
  .option("--docker-host <socket>", "the engine's socket")
  .action((options: { data: string; purge: boolean; dockerHost?: string }) =>
    ending(async () => {
      const { down } = await import("./commands/down.ts")
      process.stdout.write(`${await down(options)}\n`)
      return 0
    }),
  )

withUpOptions(program.command("demo").description("a journey on real containers, every step checked"))
  .option("--keep", "leave everything running", false)
  .action(({ keep, ...config }: UpConfig & { keep: boolean }) =>
    ending(async () =>
      (await import("./commands/demo.ts")).demo({
        config: { ...config, logLevel: config.logLevel === "info" ? "error" : config.logLevel },
        keep,
      }),
    ),
  )

program
  .command("doctor")
  .description("what this machine has and lacks")
  .option("--port <number>", "the port to look at", "4566")
  .option("--docker-host <socket>", "the engine's socket")
  .option("--agent <place>", "where the agent would run: auto, process or container", "auto")
  .action(({ port, dockerHost, agent }: { port: string; dockerHost?: string; agent: UpConfig["agent"] }) =>
    ending(async () =>
      (await import("./commands/doctor.ts")).doctor({
        port: Number(port),
        agent,
        ...(dockerHost !== undefined && { dockerHost }),
      }),
    ),
  )

withAgentOptions(
  program.command("agent").description("join a cluster of a control plane elsewhere with this host"),
).action((config: AgentConfig) => ending(async () => (await import("./commands/agent.ts")).agent(config)))

withUpOptions(program.command("env").description("print the lines that point a shell at Roadstead")).action(
  (config: UpConfig) =>
    ending(async () => {
      const { env } = await import("./commands/env.ts")
      process.stdout.write(env(config))
      return 0
    }),
)

await program.parseAsync()
