// The control plane's side of the agent protocol, and of the channel to the supervisor.
export { type CompileInput, compileTask } from "./compile/task.ts"
export { type CredentialsOf, credentialsFrom, type TaskCredentials } from "./credentials.ts"
export { type Fleet, type FleetOptions, startFleet } from "./fleet.ts"
export { agentEndpoint, type MachineChannelOptions, startMachineChannel } from "./machine-channel.ts"
export { channelPaths, isAgentPath } from "./sessions/upgrade.ts"
