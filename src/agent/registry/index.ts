// Our own registry, as a host's engine reaches it.
export { type RegistryPlace, registryPlace } from "./relay.ts"
