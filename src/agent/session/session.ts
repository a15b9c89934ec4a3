// A container host's session with its control plane: registration, the command channel and the reports about tasks.
// The telemetry channel is in telemetry/; it shares the endpoints that this session found.
import type { Cancel } from "../../kernel/index.ts"
import { keepCommands } from "./commands.ts"
import { type EndpointSource, endpointSource } from "./endpoints.ts"
import type { HostFacts, SessionParts } from "./ports.ts"
import { register } from "./register.ts"
import { createReporter } from "./reporter/reporter.ts"

export interface SessionOptions extends SessionParts {
  readonly host: HostFacts
  /** See ReporterOptions. */
  logsDelivered(taskArn: string): Promise<void> | undefined
  /** The command channel is open (again): what waits for the control plane can try now. */
  onConnected(): void
}

export interface Session {
  /** Resolves when the host is registered and the command channel was open for the first time. */
  readonly ready: Promise<void>
  readonly endpoints: EndpointSource
  /** Known when `ready` has resolved, and after a restart from the checkpoint. */
  containerInstanceArn(): string | undefined
  availabilityZone(): string | undefined
  /** The listener gets the container instance ARN. */
  onRegistered(listener: (containerInstanceArn: string) => void): Cancel
  onHeartbeat(listener: () => void): Cancel
  close(): void
}

/**
 * Starts at once. `ready` rejects with RegistrationRefused when this host can never be registered as it is; nothing else
 * ends the attempts but `close`.
 */
export const createSession = (options: SessionOptions): Session => {
  const { checkpoint, ecs, clock, cluster } = options
  const stopping = new AbortController()
  const registered = new Set<(containerInstanceArn: string) => void>()
  const heartbeats = new Set<() => void>()
  let zone: string | undefined
  let commands: { close(): void } | undefined
  const reporter = createReporter(options)
  const arn = () => checkpoint.identity().containerInstanceArn
  const endpoints = endpointSource(ecs, clock, cluster, () => arn() ?? "")

  const run = async (opened: () => void) => {
    const answer = await register(options, options.host, stopping.signal)
    if (stopping.signal.aborted) return
    zone = answer.availabilityZone
    options.log.info("Registered container instance", { containerInstanceArn: answer.containerInstanceArn })
    reporter.start()
    commands = keepCommands({
      parts: options,
      host: options.host,
      endpoints,
      containerInstanceArn: answer.containerInstanceArn,
      onOpen: () => {
        reporter.kick()
        options.onConnected()
        opened()
      },
      onHeartbeat: () => {
        for (const listener of heartbeats) listener()
      },
    })
    for (const listener of registered) listener(answer.containerInstanceArn)
  }

  return {
    ready: new Promise((resolve, reject) => {
      run(resolve).catch(reject)
    }),
    endpoints,
    containerInstanceArn: arn,
    availabilityZone: () => zone,
    onRegistered: (listener) => {
      registered.add(listener)
      return () => void registered.delete(listener)
    },
    onHeartbeat: (listener) => {
      heartbeats.add(listener)
      return () => void heartbeats.delete(listener)
    },
    close: () => {
      stopping.abort()
      reporter.close()
      commands?.close()
    },
  }
}
