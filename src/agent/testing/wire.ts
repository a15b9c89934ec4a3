// The network of an agent under test: sockets that the test opens, speaks on and closes, and an ECS that it answers for.
import type { OpenSocket, SocketEvents } from "../channel/index.ts"
import type { AwsCall } from "../types.ts"

export interface FakeSocket extends SocketEvents {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Frames that the agent sent. */
  readonly sent: string[]
  /** `<code> <reason>` when the agent closed it. */
  closed: string | undefined
  say(type: string, message: object): void
  /** The agent's frames as envelopes; a signed frame's header is cut off. */
  heard(): { type: string; message: Record<string, unknown> }[]
}

/** An {@link OpenSocket} whose sockets are in `sockets`, in the order in which they were opened. */
export const fakeSockets = (): {
  readonly open: OpenSocket
  readonly sockets: FakeSocket[]
  last(path?: string): FakeSocket
} => {
  const sockets: FakeSocket[] = []
  return {
    sockets,
    last: (path = "") => {
      const found = sockets.findLast((socket) => new URL(socket.url).pathname.includes(path))
      if (!found) throw new Error(`no socket was opened for ${path}`)
      return found
    },
    open: (url, headers, events) => {
      const socket: FakeSocket = {
        ...events,
        url,
        headers,
        sent: [],
        closed: undefined,
        say: (type, message) => events.message(JSON.stringify({ type, message })),
        heard: () =>
          socket.sent.map((frame) =>
            JSON.parse(frame.slice(frame.indexOf("\r\n\r\n") + 1 ? frame.indexOf("\r\n\r\n") + 4 : 0)),
          ),
      }
      sockets.push(socket)
      return {
        send: (text) => void socket.sent.push(text),
        close: (code, reason) => {
          socket.closed = `${code} ${reason}`
        },
      }
    },
  }
}

export interface FakeEcs {
  readonly call: AwsCall<"ecs">
  readonly calls: { readonly operation: string; readonly input: Record<string, unknown> }[]
  /** What an operation answers; may throw or wait. */
  answer: (operation: string, input: Record<string, unknown>) => unknown
  inputs(operation: string): Record<string, unknown>[]
}

/** An ECS that registers everybody, knows the endpoints and acknowledges reports, unless `answer` is replaced. */
export const fakeEcs = (): FakeEcs => {
  const ecs: FakeEcs = {
    calls: [],
    answer: (operation, input) => {
      if (operation === "DiscoverPollEndpoint")
        return { endpoint: "http://cp:4566/acs/", telemetryEndpoint: "http://cp:4566/tcs" }
      if (operation === "RegisterContainerInstance")
        return {
          containerInstance: {
            containerInstanceArn: instanceArn,
            attributes: [...(input.attributes as object[]), zone],
          },
        }
      return { acknowledgment: "ACK" }
    },
    call: (async (operation: string, input: Record<string, unknown>) => {
      ecs.calls.push({ operation, input })
      return ecs.answer(operation, input)
    }) as unknown as AwsCall<"ecs">,
    inputs: (operation) => ecs.calls.flatMap((call) => (call.operation === operation ? [call.input] : [])),
  }
  return ecs
}

export const instanceArn =
  "arn:aws:ecs:us-east-1:123456789012:container-instance/default/0123456789abcdef0123456789abcdef"
const zone = { name: "ecs.availability-zone", value: "us-east-1a" }
