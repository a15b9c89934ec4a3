// Pure placement: which host takes a task, and why none does.
export { type Host, type Obstacle, type Placement, place, type TaskNeeds } from "./place.ts"
