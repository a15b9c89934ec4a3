// The cluster query language: parsing a query once, and asking it of instances.
export { satisfies } from "./evaluate.ts"
export type { QueriedInstance } from "./instance.ts"
export { parseQuery, type Query } from "./parse.ts"
export { QueryError } from "./scan.ts"
