// The agent's WebSocket channels to the control plane, as sessions and telemetry use them.
export { type Channel, type ChannelOptions, keepChannel, type Upgrade } from "./channel.ts"
export { type OpenSocket, openWebSocket, type Socket, type SocketEvents } from "./socket.ts"
