// The machines room's door: hosts and networks of this machine. See README.md here.
export { startDaemon } from "./daemon/daemon.ts"
export { removeDaemon } from "./daemon/remove.ts"
export { inside, makeNamespace, removeNamespace } from "./namespaces.ts"
export { identify, isRunning, type ProcessIdentity } from "./processes.ts"
export { openRecord, type Record } from "./record.ts"
