// Decides what is due about the role sessions of a task. Pure. All times are of the wall clock, by which keys expire.
import type { TaskCredentialsRow } from "../../state/index.ts"

/** Keys are renewed so long before they expire: an hour, as SDKs ask for new ones minutes before the end. */
export const renewedBefore = 60 * 60 * 1000
/** A role that could not be assumed again is tried again after this. */
export const triedAgainAfter = 5 * 60 * 1000

/** What is known of the task. */
export interface SeenTask {
  /** Nothing of it runs any more. */
  readonly ended: boolean
  /** It is to end: what it has is enough until then. */
  readonly stopping: boolean
}

/** What is due: the end of all sessions, new keys for some of them, or nothing until a time. */
export type Due =
  | { readonly kind: "end" }
  | { readonly kind: "renew"; readonly rows: readonly TaskCredentialsRow[] }
  | { readonly kind: "wait"; readonly until?: number }

/** When a session's newest key is to be followed by another. */
const renewalOf = ({ keys }: TaskCredentialsRow): number =>
  Math.max(...keys.map((key) => key.expiresAt)) - renewedBefore

/** See the head of the file. Without a task everything is over. */
export const dueFor = (task: SeenTask | undefined, rows: readonly TaskCredentialsRow[], now: number): Due => {
  if (!task || task.ended) return rows.length > 0 ? { kind: "end" } : { kind: "wait" }
  if (task.stopping || rows.length === 0) return { kind: "wait" }
  const late = rows.filter((row) => renewalOf(row) <= now)
  return late.length > 0
    ? { kind: "renew", rows: late }
    : { kind: "wait", until: Math.min(...rows.map((row) => renewalOf(row))) }
}
