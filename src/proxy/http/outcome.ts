// What is learned of a request on its way, for the access log and the counters.
import type { ActionConfiguration, RuleConfiguration } from "../../protocol/index.ts"
import type { Pool, Target } from "../pools/pool.ts"
import type { Client } from "./client/client.ts"
import type { Classified } from "./desync.ts"
import type { RequestHead } from "./request-head.ts"
import type { Rewritten } from "./request-to-target.ts"
import type { Serving } from "./serving.ts"
import type { ResponseHead } from "./upstream/types.ts"

/** Where a request goes. */
export interface Forwarded {
  readonly pool: Pool
  readonly target: Target
  /** The group has stickiness, and no cookie said which target. */
  readonly unsticky: boolean
  /** Targets that would not have it. */
  readonly tried: ReadonlySet<Target>
  /** Values of Set-Cookie for the answer. */
  cookies(answer: ResponseHead): readonly string[]
}

export interface Outcome {
  readonly serving: Serving
  readonly client: Client
  readonly head: RequestHead
  readonly traceId: string
  readonly beganAt: number
  sentAt: number | undefined
  answeredAt: number | undefined
  status: number
  targetStatus: number | undefined
  rule: RuleConfiguration | undefined
  evaluated: number
  action: ActionConfiguration["type"] | undefined
  redirect: string | undefined
  forwarded: Forwarded | undefined
  rewritten: Rewritten | undefined
  classified: Classified | undefined
  switched: boolean
}
