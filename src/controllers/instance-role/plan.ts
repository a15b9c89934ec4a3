// Decides what is due about the role of an EC2 instance's profile. Pure. All times are of the wall clock, by which keys expire.
import type { InstanceRoleSession, InstanceRow } from "../../state/index.ts"

/** As long as AWS makes them. */
export const instanceSessionLifetime = 6 * 60 * 60 * 1000
/** New credentials are there long before the old ones expire; AWS promises five minutes. */
export const renewedBefore = 60 * 60 * 1000

/** What is known around an instance. */
export interface SeenRole {
  readonly instance: Pick<InstanceRow, "instanceProfile" | "desired">
  /** What was found before. */
  readonly session?: InstanceRoleSession
  /** The name of the profile's role, and its unique id if EC2 may assume it. */
  readonly role?: { readonly name: string; readonly id?: string }
  readonly now: number
}

/** One thing to do. */
export type RoleMove =
  /** The instance has no profile any more: it gets no more keys, and those that it has are over. */
  | { readonly kind: "end" }
  /** Write down that there is no role to be had, or which one may not be assumed. */
  | { readonly kind: "refuse"; readonly roleName?: string }
  /** A further key of the role. */
  | { readonly kind: "renew" }
  | { readonly kind: "wait"; readonly until?: number }

/** The next move. */
export const nextRoleMove = ({ instance, session, role, now }: SeenRole): RoleMove => {
  const { instanceProfile } = instance
  if (!instanceProfile || instanceProfile.unknown) return session ? { kind: "end" } : { kind: "wait" }
  // What it has is enough until it is gone: its agent has to say how its tasks ended.
  if (instance.desired !== "running") return { kind: "wait" }
  const known = session?.profileArn === instanceProfile.arn ? session : undefined
  if (role?.id === undefined) {
    const said = known && known.keys.length === 0 && known.roleName === role?.name
    return said ? { kind: "wait" } : { kind: "refuse", ...(role && { roleName: role.name }) }
  }
  const newest = known?.roleId === role.id ? known.keys.at(-1) : undefined
  if (!newest || newest.expiresAt - renewedBefore <= now) return { kind: "renew" }
  return { kind: "wait", until: newest.expiresAt - renewedBefore }
}
