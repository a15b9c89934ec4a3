// Client tokens of RunTask: the same call again answers the same tasks and starts none.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
import { hash } from "node:crypto"
import type { Failure, Task } from "@aws-sdk/client-ecs"
import type { Cx, Input } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { ClusterRow, RunTaskTokenRow } from "../../../state/index.ts"
import { describeTask } from "../describe-task.ts"
import { invalidParameter } from "../faults.ts"
import { isVisible } from "../resolve.ts"
import { present } from "../shape.ts"
import { isTokenAlive } from "../sweep.ts"

const form = /^[\x21-\x7e]{1,64}$/

/** Sorts members by name, so that the order in which a client wrote them is no difference. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)]),
  )
}

const digestOf = ({ clientToken: _token, cluster: _cluster, ...parameters }: Input<"ecs", "RunTask">): string =>
  hash("sha256", JSON.stringify(canonical(parameters)))

/** Failures are told for an hour; after it only how many there were. */
const failuresLifetime = 60 * 60 * 1000

/** A stopped task comes back as its ARN and statuses only. */
const answer = (cx: Cx, token: RunTaskTokenRow): KnownAnswer => {
  const tasks = token.taskArns.flatMap((arn): Task[] => {
    const row = cx.tx.tasks.get(arn)
    if (!row || !isVisible(row, cx.now)) return []
    if (row.lastStatus !== "STOPPED") return [describeTask(cx.tx, row, true)]
    return [{ taskArn: arn, lastStatus: row.lastStatus, desiredStatus: row.desiredStatus }]
  })
  const isOld = cx.now - token.createdAt >= failuresLifetime
  return { tasks, failures: (token.failures ?? []).map((failure) => (isOld ? {} : { ...failure })) }
}

/** What a call under a known token is answered. */
export interface KnownAnswer {
  readonly tasks: Task[]
  readonly failures: Failure[]
}

/**
 * What this token has answered before in this cluster, or undefined when it is new. Throws ConflictException, with the
 * tasks of the first call, when the parameters differ.
 */
export const knownAnswer = (cx: Cx, cluster: ClusterRow, input: Input<"ecs", "RunTask">): KnownAnswer | undefined => {
  if (!input.clientToken) return undefined
  if (!form.test(input.clientToken)) {
    throw invalidParameter("clientToken must be 1 to 64 ASCII characters between 33 and 126.") // text from memory
  }
  const known = cx.tx.runTaskTokens.get(`${cluster.arn} ${input.clientToken}`)
  if (!known || !isTokenAlive(cx.tx, known, cx.now)) return undefined
  if (known.parameters !== digestOf(input)) {
    // The words of the API's page; whether the answer has them is from memory.
    throw fault(
      "ConflictException",
      "The RunTask request could not be processed due to conflicts. The provided clientToken is already in use with a different RunTask request.",
      { resourceIds: [...known.taskArns] },
    )
  }
  return answer(cx, known)
}

/** Remembers what a token has started. */
export const rememberToken = (
  cx: Cx,
  cluster: ClusterRow,
  input: Input<"ecs", "RunTask">,
  started: { readonly taskArns: readonly string[]; readonly failures: readonly Failure[] },
): void => {
  if (!input.clientToken) return
  cx.tx.runTaskTokens.put({
    account: cluster.account,
    region: cluster.region,
    clusterArn: cluster.arn,
    token: input.clientToken,
    parameters: digestOf(input),
    taskArns: started.taskArns,
    ...(started.failures.length > 0 && { failures: started.failures.map((failure) => present(failure)) }),
    createdAt: cx.now,
  })
}
