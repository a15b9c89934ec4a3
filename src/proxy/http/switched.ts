// A connection that has become something else, as a WebSocket: bytes go between client and target until one of them ends.

import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { Cancel } from "../../kernel/index.ts"
import type { ResponseHead } from "./upstream/types.ts"

interface End {
  readonly socket: Duplex
  /** What came behind the head. */
  readonly first: Buffer
}

interface Joining {
  readonly head: ResponseHead
  readonly client: End
  readonly target: End
  readonly idleMs: number
}

/** `ended` is called once, when both are closed or one of them was. */
export const join = (
  { head, client, target, idleMs }: Joining,
  onGone: ((listener: () => void) => Cancel) | undefined,
  ended: () => void,
): void => {
  const ends = [client.socket, target.socket]
  let isOver = false
  const end = () => {
    if (isOver) return
    isOver = true
    for (const one of ends) one.destroy()
    cancel?.()
    ended()
  }
  const cancel = onGone?.(end)
  for (const one of ends) {
    one.on("error", end)
    one.on("close", end)
  }
  // Silence in both directions: each of the two sees what is read from it and written to it.
  const socket = client.socket as Socket
  socket.setTimeout(idleMs, end)
  client.socket.write(headText(head), "latin1")
  if (target.first.length > 0) client.socket.write(target.first)
  if (client.first.length > 0) target.socket.write(client.first)
  client.socket.pipe(target.socket)
  target.socket.pipe(client.socket)
}

const headText = ({ status, reason, headers }: ResponseHead): string => {
  let text = `HTTP/1.1 ${status} ${reason}\r\nConnection: upgrade\r\n`
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  return `${text}\r\n`
}
