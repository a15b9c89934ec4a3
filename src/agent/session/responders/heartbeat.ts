// HeartbeatMessage: acknowledged at once. That it keeps the connection alive is the channel's business.
import { responder } from "./responder.ts"

/** `onHeartbeat` runs the agent's own health checks. */
export const heartbeat = (onHeartbeat: () => void) =>
  responder<{ messageId: string }>("HeartbeatMessage", ["messageId"], ({ messageId }, cx) => {
    cx.send({ type: "HeartbeatAckRequest", message: { messageId } })
    onHeartbeat()
  })
