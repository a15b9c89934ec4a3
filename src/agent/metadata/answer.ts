// What the metadata endpoint answers with, and from what: shapes shared by its routes. No HTTP server here.

import type { IamRoleCredentials } from "../../protocol/index.ts"
import type { AwsCall, CredentialsStore, TaskEngine } from "../types.ts"

/** An answer: `body` is sent as JSON. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** A request, as far as routes look at it. */
export interface Ask {
  readonly method: string
  /** Decoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** The address that the connection came from, without an IPv6 prefix. */
  readonly source: string
  readonly body: string
}

/** The newest stats document of a container, and what its network carried a second (when that is known). */
export interface RunningStats {
  readonly document: object
  readonly rate: { readonly rx: number; readonly tx: number } | undefined
}

/** What metadata is made from. */
export interface MetadataParts {
  readonly engine: TaskEngine
  readonly credentials: CredentialsStore
  /** As configured; shown unless the task says whose it is. */
  readonly cluster: string
  availabilityZone(): string | undefined
  containerInstanceArn(): string | undefined
  /** The newest stats of a running container. */
  stats(runtimeId: string): Promise<RunningStats | undefined>
  readonly ecs: AwsCall<"ecs">
  /** ECS called with the role of a task. */
  ecsAs(credentials: IamRoleCredentials): AwsCall<"ecs">
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
