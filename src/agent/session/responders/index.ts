// The table of responders of one session. A message whose type is not in it is ignored, as the protocol has it.
import { attachTaskNetworkInterfaces } from "./attach-eni.ts"
import { roleCredentials } from "./credentials.ts"
import { heartbeat } from "./heartbeat.ts"
import { manifestResponders } from "./manifest.ts"
import { payload } from "./payload.ts"
import { prepareSandboxes } from "./prepare-sandboxes.ts"
import type { Responder } from "./responder.ts"

export { lacking, type Responder, type ResponderContext } from "./responder.ts"

/** By message type; `onHeartbeat` is called for every heartbeat. */
export const respondersOf = (onHeartbeat: () => void): ReadonlyMap<string, Responder> =>
  new Map(
    [
      heartbeat(onHeartbeat),
      payload,
      roleCredentials,
      ...manifestResponders(),
      attachTaskNetworkInterfaces,
      prepareSandboxes,
    ].map((r) => [r.type, r]),
  )
