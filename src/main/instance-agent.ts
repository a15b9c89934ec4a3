// What runs in an EC2 instance beside its engine: the instance metadata service, and the agent, which signs with the role that
// the metadata has. Neither waits for the other: an agent that cannot join leaves the metadata service up, and is started
// again in a while, or when the role has changed.
import { BlockList } from "node:net"
import {
  type Agent,
  type AgentOptions,
  blocksImds,
  RegistrationRefused,
  startAgent,
  startImds,
} from "../agent/index.ts"
import { delay, errorFields, type Log, newIds } from "../kernel/index.ts"
import {
  asksMetadata,
  type InstanceMetadata,
  instanceMetadataAddress,
  link,
  type MetadataMessage,
} from "../protocol/index.ts"
import { type AgentConfiguration, agentOptions, instanceCredentials, NoCredentials } from "./agent-options.ts"
import { wallClock } from "./clocks.ts"
import { random } from "./random.ts"

/** How long an agent that could not join is left alone. */
const pause = 30_000

export interface InstanceAgent {
  /** Resolves when the agent has joined; rejects when it failed for another reason than a refusal. */
  readonly joined: Promise<void>
  readonly close: () => Promise<void>
}

const linkNetwork = new BlockList()
const [linkBase = "", linkPrefix] = link.subnet.split("/")
linkNetwork.addSubnet(linkBase, Number(linkPrefix))

/** On the link network of an instance are its tasks in awsvpc mode, and nobody else but the instance itself. */
const isOfAwsvpcTask = (address: string): boolean =>
  linkNetwork.check(address) && address !== link.address && address !== instanceMetadataAddress

/** Starts both. The supervisor is asked for the metadata, and says it again at each change. */
export const startInstanceAgent = (configuration: AgentConfiguration, log: Log): InstanceAgent => {
  const stopping = new AbortController()
  const isBlocking = configuration.instance !== undefined && blocksImds(configuration.instance)
  const first = Promise.withResolvers<void>()
  let metadata: InstanceMetadata | undefined
  let changed = new AbortController()
  process.on("message", (message: MetadataMessage) => {
    if (message.type !== "metadata") return
    const before = JSON.stringify(metadata?.profile)
    metadata = message.metadata
    first.resolve()
    if (before === JSON.stringify(metadata.profile)) return
    changed.abort()
    changed = new AbortController()
  })
  process.send?.(asksMetadata)

  const open: (() => Promise<void>)[] = []
  const run = async () => {
    await first.promise
    const imds = await startImds({
      ...{ host: instanceMetadataAddress, port: 80, clock: wallClock, ids: newIds(random), log },
      metadata: () => metadata as InstanceMetadata,
      isBlocked: (address) => isBlocking && isOfAwsvpcTask(address),
    })
    open.push(() => imds.close())
    const agent = await join()
    if (agent) open.push(() => agent.close())
  }
  const credentials = () => instanceCredentials(configuration.agent, metadata?.profile)
  const join = async (): Promise<Agent | undefined> => {
    while (!stopping.signal.aborted) {
      try {
        credentials()
        const options: AgentOptions = { ...agentOptions(configuration, log), credentials, signal: stopping.signal }
        return await startAgent(options)
      } catch (error) {
        if (stopping.signal.aborted) return undefined
        if (!isRefusal(error)) throw error
        log.warn("The agent of an EC2 instance cannot join its cluster, and tries again in a while", {
          instance: configuration.instance?.id,
          cluster: configuration.agent.cluster,
          ...errorFields(error),
        })
        await delay(wallClock, pause, AbortSignal.any([stopping.signal, changed.signal]))
      }
    }
    return undefined
  }
  return {
    joined: run(),
    close: async () => {
      stopping.abort()
      for (const end of open.splice(0).reverse()) await end()
    },
  }
}

/** Trying again at once would change nothing; its reason is for the user. */
const isRefusal = (error: unknown): boolean => error instanceof NoCredentials || error instanceof RegistrationRefused
