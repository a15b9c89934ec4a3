// The process of an agent on one host: started by the supervisor, with its options in the environment.
import { startAgent } from "../agent/index.ts"
import { type AgentConfiguration, agentOptions } from "./agent-options.ts"
import { liveWithSupervisor, say, takeConfiguration } from "./child-life.ts"
import { startInstanceAgent } from "./instance-agent.ts"
import { openLog } from "./log.ts"

const closeWith = liveWithSupervisor()
const configuration = takeConfiguration<AgentConfiguration>()
const log = openLog({ level: configuration.logLevel, format: configuration.logFormat, process: "agent" })

if (configuration.instance && configuration.engine.kind === "docker") {
  const agent = startInstanceAgent(configuration, log)
  closeWith(agent.close)
  await agent.joined
} else {
  const started = await startAgent(agentOptions(configuration, log))
  closeWith(() => started.close())
}
say({ type: "ready" })
