// The agent's session with its control plane.
export { attributesOf, notEchoed, resourcesOf } from "./capabilities.ts"
export type { EndpointSource, Endpoints } from "./endpoints.ts"
export type { HostFacts, SessionParts, Signer } from "./ports.ts"
export { RegistrationRefused } from "./register.ts"
export { createSession, type Session, type SessionOptions } from "./session.ts"
