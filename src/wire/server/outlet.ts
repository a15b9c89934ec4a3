// Where answers leave: all that were made in one turn of the event loop are written at its end, one after the other. A
// write wakes its client on another core, which costs more than all else of a short answer; a client that is woken for
// several answers at once pays that once, and its next requests come together as well.
import type { ServerResponse } from "node:http"

/** Ends responses whose heads are written. */
export type Outlet = (res: ServerResponse, body: string | Uint8Array) => void

/** Makes an outlet; one for all listeners of a server. */
export const outlet = (): Outlet => {
  let waiting: { readonly res: ServerResponse; readonly body: string | Uint8Array }[] = []
  const flush = () => {
    const now = waiting
    waiting = []
    // Ending a response whose client has gone meanwhile does nothing.
    for (const { res, body } of now) res.end(body)
  }
  return (res, body) => {
    if (waiting.push({ res, body }) === 1) setImmediate(flush)
  }
}
