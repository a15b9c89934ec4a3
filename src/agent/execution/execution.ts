// What is done for a task as its execution role before its containers are made: secrets and registry logins, fetched once
// and held in memory until the task is over. Nothing of it goes into the checkpoint or the log.
import type { Clock, Log } from "../../kernel/index.ts"
import type { AcsSecret } from "../../protocol/index.ts"
import type { Credentials } from "../../wire/client/index.ts"
import {
  type ContainerSecrets,
  type ContainerSnapshot,
  type CredentialsStore,
  ExecutionFailure,
  type TaskSnapshot,
} from "../types.ts"
import type { Asking } from "./asking.ts"
import { fetchLogin } from "./login.ts"
import type { ClientAs, RoleClients } from "./ports.ts"
import { fetchSecrets, type SecretValues, secretKey } from "./secrets.ts"

export interface ExecutionOptions {
  readonly clientAs: ClientAs
  readonly credentials: CredentialsStore
  /** The host's own key: it pulls from ECR for tasks without an execution role. */
  readonly own: () => Credentials
  readonly clock: Clock
  readonly log: Log
}

/** See the head of the file. */
export interface Execution {
  /** Fetches all of a task. Throws an ExecutionFailure for what cannot be had. */
  prepare(task: TaskSnapshot, signal: AbortSignal): Promise<void>
  /** The values of a container's secrets. */
  secrets(task: TaskSnapshot, container: ContainerSnapshot): Promise<ContainerSecrets>
  /** Docker's X-Registry-Auth for a container's image; undefined when it needs none. */
  registryAuth(task: TaskSnapshot, container: ContainerSnapshot, signal: AbortSignal): Promise<string | undefined>
  /** The task is over. */
  forget(taskArn: string): void
}

const withSecrets = (task: TaskSnapshot): boolean =>
  task.containers.some(({ definition }) => (definition.secrets ?? []).length > 0)

/** See the head of the file. */
export const createExecution = (options: ExecutionOptions): Execution => {
  const { clientAs, credentials, own, clock, log } = options
  const fetched = new Map<string, Promise<SecretValues>>()
  const logins = new Map<string, Promise<string>>()

  /** Clients with the task's keys, when it has some. */
  const clientsOf = async (task: TaskSnapshot, signal: AbortSignal): Promise<RoleClients | undefined> => {
    if (task.executionCredentialsId === undefined) return undefined
    // An agent that was started again has lost them, and gets them with its first session.
    await credentials.whenSet(task.arn, "TaskExecution", signal)
    const current = () => {
      const keys = credentials.forTask(task.arn, "TaskExecution")
      if (!keys) throw new Error("the credentials of the execution role are gone")
      return keys
    }
    return (service, region) => clientAs(service, region, current)
  }
  const ownClients: RoleClients = (service, region) => clientAs(service, region, own)

  const asking = (signal: AbortSignal): Asking => ({ clock, log, signal })

  const secretsOf = async (task: TaskSnapshot, signal: AbortSignal): Promise<SecretValues> => {
    const clients = await clientsOf(task, signal)
    // The words of amazon-ecs-agent's asmsecret.go. The control plane starts no such task.
    if (!clients) throw new ExecutionFailure("ASM secret resource: unable to find execution role credentials")
    return fetchSecrets(task, clients, asking(signal))
  }

  const loginOf = async (
    task: TaskSnapshot,
    { definition }: ContainerSnapshot,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const how = definition.registryAuthentication
    if (!how) return undefined
    const clients = await clientsOf(task, signal)
    if (!clients && how.type === "asm")
      throw new ExecutionFailure("asm resource: unable to find execution role credentials")
    const useRole = how.type === "asm" || how.ecrAuthData.useExecutionRole
    return fetchLogin(task, definition.image, how, (useRole && clients) || ownClients, asking(signal))
  }

  /** One fetch for all that ask while it runs and after it; a failed one is made anew. */
  const once = <T>(known: Map<string, Promise<T>>, key: string, fetch: () => Promise<T>): Promise<T> => {
    const running = known.get(key) ?? fetch()
    known.set(key, running)
    running.catch(() => {
      if (known.get(key) === running) known.delete(key)
    })
    return running
  }
  const fetchAll = (task: TaskSnapshot, signal: AbortSignal) => once(fetched, task.arn, () => secretsOf(task, signal))

  return {
    prepare: async (task, signal) => {
      if (withSecrets(task)) await fetchAll(task, signal)
    },
    secrets: async (task, container) => {
      const all = container.definition.secrets ?? []
      const values = await fetchAll(task, new AbortController().signal)
      const of = (target: AcsSecret["target"]) =>
        Object.fromEntries(
          all.filter((s) => (s.target ?? "CONTAINER") === target).map((s) => [s.name, values.get(secretKey(s)) ?? ""]),
        )
      return { environment: of("CONTAINER"), logOptions: of("LOG_DRIVER") }
    },
    registryAuth: async (task, container, signal) => {
      const key = `${task.arn} ${container.name}`
      const login = await once(logins, key, async () => (await loginOf(task, container, signal)) ?? "")
      return login === "" ? undefined : login
    },
    forget: (taskArn) => {
      fetched.delete(taskArn)
      for (const key of logins.keys()) if (key.startsWith(`${taskArn} `)) logins.delete(key)
    },
  }
}
