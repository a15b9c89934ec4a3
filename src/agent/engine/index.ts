// The task engine's door.
export { createTaskEngine } from "./engine.ts"
export { hostLabel, pauseName, taskLabel } from "./names.ts"
export type { Resolvers, TaskEngineOptions, TaskEngineParts } from "./options.ts"
