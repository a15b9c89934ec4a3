// The control plane's side of the agent protocol, and of the channels to the supervisor and to the proxies.
export { type CompileInput, compileTask } from "./compile/task.ts"
export { type CredentialsOf, credentialsFrom, type TaskCredentials } from "./credentials.ts"
export { type Fleet, type FleetOptions, startFleet } from "./fleet.ts"
export { agentEndpoint, type MachineChannelOptions, startMachineChannel } from "./machine-channel.ts"
export { type ProxyChannel, type ProxyChannelOptions, startProxyChannel } from "./proxy-channel/channel.ts"
export { type ProxyServer, serveProxies } from "./proxy-channel/server.ts"
export { type Finding, startSimulatedProxies } from "./proxy-channel/simulated/index.ts"
export { channelPaths, isAgentPath } from "./sessions/upgrade.ts"
