// A CloudWatch Logs for tests, with the token rules that our own service has for followed files. Not for production.
import { fault } from "../../../kernel/index.ts"
import type { AwsCall } from "../../types.ts"

export interface FakeLogService {
  readonly call: AwsCall<"logs">
  /** Messages by stream, in the order in which they were taken. */
  readonly streams: Map<string, string[]>
  readonly groups: Set<string>
  /** Calls by operation, in order. */
  readonly calls: { operation: string; input: Record<string, unknown> }[]
  /** Asked before every PutLogEvents: `lost` fails before it is taken, `unanswered` after, `denied` is an answer. */
  fate: () => "fine" | "lost" | "unanswered" | "denied"
  /** Whether the caller may not make groups. */
  refuseGroups: boolean
}

interface PutInput {
  logGroupName: string
  logStreamName: string
  logEvents: { timestamp: number; message: string }[]
  sequenceToken: string
}

/** See the head of the file. */
export const fakeLogService = (groups: readonly string[] = []): FakeLogService => {
  const committed = new Map<string, number>()
  const service: FakeLogService = {
    streams: new Map(),
    groups: new Set(groups),
    calls: [],
    fate: () => "fine",
    refuseGroups: false,
    call: (async (operation: string, input: Record<string, unknown>) => {
      service.calls.push({ operation, input })
      const group = String(input.logGroupName)
      if (operation === "CreateLogGroup" && service.refuseGroups) throw fault("AccessDeniedException", "no")
      if (operation === "CreateLogGroup") return void service.groups.add(group)
      if (!service.groups.has(group))
        throw fault("ResourceNotFoundException", "The specified log group does not exist.")
      const name = `${group} ${input.logStreamName}`
      if (operation === "CreateLogStream") {
        if (service.streams.has(name))
          throw fault("ResourceAlreadyExistsException", "The specified log stream already exists")
        return void service.streams.set(name, [])
      }
      return put(service, committed, name, input as unknown as PutInput)
    }) as unknown as AwsCall<"logs">,
  }
  return service
}

const put = (service: FakeLogService, committed: Map<string, number>, name: string, input: PutInput) => {
  const stream = service.streams.get(name)
  if (!stream) throw fault("ResourceNotFoundException", "The specified log stream does not exist.")
  const fate = service.fate()
  if (fate === "denied") throw fault("AccessDeniedException", "no")
  if (fate === "lost") throw new Error("ECONNRESET")
  const [, source, from, to] = input.sequenceToken.split(":")
  const key = `${name} ${source}`
  const has = committed.get(key) ?? 0
  if (Number(from) !== has)
    throw fault("InvalidSequenceTokenException", "The given sequenceToken is invalid.", {
      expectedSequenceToken: `roadstead:${source}:${has}`,
    })
  let last = 0
  for (const event of input.logEvents) {
    if (event.timestamp < last)
      throw fault(
        "InvalidParameterException",
        "Log events in a single PutLogEvents request must be in chronological order.",
      )
    last = event.timestamp
  }
  stream.push(...input.logEvents.map((event) => event.message))
  committed.set(key, Number(to))
  if (fate === "unanswered") throw new Error("ECONNRESET")
  return {}
}
