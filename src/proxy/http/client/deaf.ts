// Hears nothing: the events of a request before an exchange listens.
import type { ClientEvents } from "./client.ts"

export const deaf: ClientEvents = {
  onRequestBody: () => true,
  onRequestEnd: () => {},
  onClientDrain: () => {},
  onClientClose: () => {},
}
