// Words shared between processes.
export * from "./acs.ts"
export * from "./instance-metadata.ts"
export * from "./machines.ts"
export * from "./proxy.ts"
export * from "./proxy-handover.ts"
export * from "./tcs.ts"
export * from "./tls-policies.ts"
