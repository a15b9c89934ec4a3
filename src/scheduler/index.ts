// Pure placement: which host takes a task, and why none does.
export { type Constraint, holds } from "./constraints.ts"
export { type Filter, filters, type Obstacle } from "./filters.ts"
export type { Host, Room } from "./host.ts"
export { type TaskNeeds, withTask } from "./needs.ts"
export { type Placement, place, placeAll } from "./place.ts"
export { parseQuery, type QueriedInstance, type Query, QueryError, satisfies } from "./query/index.ts"
export { type Placements, Standing } from "./standing.ts"
export type { Strategy } from "./strategy.ts"
