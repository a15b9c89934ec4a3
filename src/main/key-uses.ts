// When the keys of users and the sessions of roles were last used, and for what: noted on the way to the gate, at most once in
// a while for each, as AWS itself is some minutes late.
import type { Caller } from "../kernel/index.ts"
import { loadContract } from "../model/index.ts"
import type { State } from "../state/index.ts"
import type { DispatchPort } from "../wire/index.ts"

/** Milliseconds of the wall clock in which further uses are not noted: a write for each request would cost more than the request. */
const pause = 60_000
/** How many keys and roles are remembered; then it starts over. */
const most = 10_000

export interface KeyUsesOptions {
  readonly state: State
  /** The cloud clock: what answers show. */
  readonly now: () => number
  readonly wallNow: () => number
}

/** Wraps the way to the gate. */
export const notingUses = ({ state, now, wallNow }: KeyUsesOptions, dispatch: DispatchPort): DispatchPort => {
  const noted = new Map<string, number>()
  return (request) => {
    const id = usedBy(request.caller)
    const at = wallNow()
    if (id !== undefined && at - (noted.get(id) ?? Number.NEGATIVE_INFINITY) >= pause) {
      if (noted.size >= most) noted.clear()
      noted.set(id, at)
      const service = loadContract(request.service).signingName
      const use = { id, at: Math.floor(now()), service, region: request.scope.region }
      state.transact((tx) => tx.iamUses.put(use))
    }
    return dispatch(request)
  }
}

/** The key of a user, or the role of a session; of a session of a user nothing is kept, as on AWS. */
const usedBy = ({ kind, accessKeyId, roleId, session }: Caller): string | undefined => {
  if (kind === "role") return roleId
  return kind === "user" && !session ? accessKeyId : undefined
}
