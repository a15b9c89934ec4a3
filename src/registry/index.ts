// The container registry: the OCI distribution API in front of ECR.
export { createRegistry, type Registry, type RegistryAsk, type RegistryOptions } from "./registry.ts"
export { startLayerSweep } from "./sweep.ts"
