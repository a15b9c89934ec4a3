// The agent's door: what the process of a container host needs.
export { type Agent, type AgentOptions, startAgent } from "./agent.ts"
export { CheckpointError } from "./checkpoint/index.ts"
export { startImds } from "./imds/index.ts"
export { RegistrationRefused } from "./session/index.ts"
export { blocksImds, instanceOptions } from "./settings.ts"
