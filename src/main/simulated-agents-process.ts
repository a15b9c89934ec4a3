// The process of all agents of simulated EC2 instances: they have no engine and no network of their own, so that
// thousands of them can share one. Told by the supervisor which there are to be; keeps nothing that a restart would miss.
import { type Agent, startAgent } from "../agent/index.ts"
import { delay, errorFields } from "../kernel/index.ts"
import type { CrowdOrder } from "../machines/index.ts"
import { type AgentConfiguration, agentOptions } from "./agent-options.ts"
import { liveWithSupervisor, takeConfiguration } from "./child-life.ts"
import { wallClock } from "./clocks.ts"
import { type LogFormat, type LogLevel, openLog } from "./log.ts"

/** What the supervisor hands over. */
export interface CrowdConfiguration {
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
}

/** How long an agent that could not join (its cluster may not exist) is left alone. */
const pause = 30_000

const closeWith = liveWithSupervisor()
const { logLevel, logFormat } = takeConfiguration<CrowdConfiguration>()
const log = openLog({ level: logLevel, format: logFormat, process: "agents" })
const agents = new Map<string, { stop: AbortController; over: Promise<void> }>()

/** One agent from its start to its end. */
const live = async (configuration: AgentConfiguration, signal: AbortSignal): Promise<void> => {
  const ended = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }))
  while (!signal.aborted) {
    let agent: Agent | undefined
    try {
      agent = await startAgent({ ...agentOptions(configuration, log), signal })
    } catch (error) {
      if (signal.aborted) return
      log.warn("the agent of a simulated EC2 instance cannot join its cluster, and is started again in a while", {
        instance: configuration.instance?.id,
        cluster: configuration.agent.cluster,
        ...errorFields(error),
      })
      await delay(wallClock, pause, signal)
      continue
    }
    await ended
    await agent.close()
  }
}

const stop = async (id: string): Promise<void> => {
  const known = agents.get(id)
  agents.delete(id)
  known?.stop.abort()
  await known?.over
}

const obey = async (order: CrowdOrder): Promise<void> => {
  if (order.type === "stop") {
    await stop(order.id)
    process.send?.({ type: "stopped", id: order.id })
    return
  }
  await stop(order.id)
  const stopping = new AbortController()
  agents.set(order.id, { stop: stopping, over: live(order.configuration as AgentConfiguration, stopping.signal) })
}

process.on("message", (order) => {
  obey(order as CrowdOrder).catch((error: unknown) => log.error("an order failed", errorFields(error)))
})
closeWith(async () => {
  await Promise.all([...agents.keys()].map(stop))
})
process.send?.({ type: "ready" })
