// Placement constraints: what must hold of a host beside its room. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
import type { Host } from "./host.ts"
import { type Query, satisfies } from "./query/index.ts"

export type Constraint = { readonly kind: "distinctInstance" } | { readonly kind: "memberOf"; readonly query: Query }

/** Whether a task of `group` may be on the host as far as this constraint goes. */
export const holds = (constraint: Constraint, host: Host, group: string | undefined): boolean =>
  constraint.kind === "distinctInstance"
    ? (host.groups?.get(group ?? "") ?? 0) === 0
    : host.queried !== undefined && satisfies(host.queried, constraint.query)
