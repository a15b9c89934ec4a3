// What the agent keeps across restarts.
export { freshIdentity, memoryCheckpoint } from "./memory.ts"
export { CheckpointError, openCheckpoint } from "./sqlite.ts"
