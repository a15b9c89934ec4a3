// Looks at what a client says first, without taking it: whoever gets the connection finds all of it there.
import type { Socket } from "node:net"
import type { Clock } from "../../kernel/index.ts"

/** How long a client may take to say enough. */
const patience = 60_000

/** What a look came to: not enough yet, or something. */
export type Look<Found> = { readonly kind: "more" } | { readonly kind: "found"; readonly found: Found }

/**
 * Calls `look` with all that came so far until it finds something, and then `take` with the paused socket, whose bytes are
 * all still to be read. A client that goes away, or says too little for too long, is let go; `take` is not called then.
 */
export const peek = <Found>(
  socket: Socket,
  clock: Clock,
  look: (bytes: Buffer) => Look<Found>,
  take: (found: Found) => void,
): void => {
  let seen: Buffer = Buffer.alloc(0)
  const giveUp = () => socket.destroy()
  const cancel = clock.at(clock.now() + patience, giveUp)
  const stop = () => {
    cancel()
    socket.off("data", hear).off("error", giveUp).off("end", giveUp).off("close", stop)
  }
  const hear = (bytes: Buffer) => {
    seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes])
    const answer = look(seen)
    if (answer.kind === "more") return
    stop()
    socket.pause()
    socket.unshift(seen)
    take(answer.found)
  }
  socket.on("data", hear).on("error", giveUp).on("end", giveUp).on("close", stop)
  socket.resume()
}
