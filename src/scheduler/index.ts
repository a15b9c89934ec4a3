// Pure placement: which host takes a task, and why none does.
export { type Filter, filters, type Obstacle } from "./filters.ts"
export { type Host, type Room, type TaskNeeds, withTask } from "./host.ts"
export { fewestTasks, type Placement, type Placements, place, placeAll, type Ranking } from "./place.ts"
