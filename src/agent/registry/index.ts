// Our own registry, as a host's engine reaches it.
export { ownLogin } from "./login.ts"
export { type RegistryPlace, registryPlace } from "./relay.ts"
