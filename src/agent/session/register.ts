// Makes this host a container instance of its cluster, or says again that it is one. Keeps the ARN for the next start.
import { delay, errorFields, Fault, pauseAfter } from "../../kernel/index.ts"
import { attributesOf, notEchoed, resourcesOf } from "./capabilities.ts"
import type { HostFacts, SessionParts } from "./ports.ts"

/** Thrown when trying again would change nothing: the agent ends with exit code 5, and must not be restarted. */
export class RegistrationRefused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = "RegistrationRefused"
    this.code = code
  }
}

export interface Registered {
  readonly containerInstanceArn: string
  /** From the attribute `ecs.availability-zone` of the answer, where metadata takes it from. */
  readonly availabilityZone?: string
}

/** The protocol's schedule for throttling and server errors. */
const pauses = { first: 3_000, factor: 2, max: 192_000 }
/** While nobody listens we look more often: a control plane of one's own starts beside us. */
const unreachablePauses = { first: 250, factor: 1.5, max: 5_000 }
/** How long a control plane that answers with errors is asked. */
const patience = 3_600_000

const retryable = new Set([
  "ThrottlingException",
  "ServerException",
  "LimitExceededException",
  "InternalFailure",
  "ServiceUnavailable",
])

/**
 * Registers and answers with the ARN, which is in the checkpoint by then. Tries for an hour while the control plane
 * answers with server errors, and without end while it cannot be reached.
 * @throws RegistrationRefused for any other error, and when an attribute did not come back as it was sent.
 */
export const register = async (parts: SessionParts, host: HostFacts, signal: AbortSignal): Promise<Registered> => {
  const { checkpoint, clock, cluster, ecs, ids, log } = parts
  const known = checkpoint.identity().containerInstanceArn
  const attributes = attributesOf(host, known === undefined)
  const input = {
    cluster,
    ...(known !== undefined && { containerInstanceArn: known }),
    instanceIdentityDocument: "",
    instanceIdentityDocumentSignature: "",
    totalResources: resourcesOf(host),
    attributes: attributes.map((attribute) => ({ ...attribute })),
    ...(host.registration?.tags?.length && { tags: host.registration.tags.map((tag) => ({ ...tag })) }),
    clientToken: ids.uuid(),
  }
  const began = clock.now()
  for (let failures = 1; ; failures++) {
    try {
      const { containerInstance } = await ecs("RegisterContainerInstance", input)
      signal.throwIfAborted()
      const arn = containerInstance?.containerInstanceArn
      if (!arn)
        throw new RegistrationRefused(
          "ClientException",
          "The registration was answered without a container instance ARN.",
        )
      const lost = notEchoed(attributes, containerInstance.attributes ?? [])
      if (lost.length > 0)
        throw new RegistrationRefused("AttributeError", `Attribute validation failed: ${lost.join(", ")}`)
      checkpoint.saveIdentity({ ...checkpoint.identity(), containerInstanceArn: arn })
      const zone = containerInstance.attributes?.find((a) => a.name === "ecs.availability-zone")?.value
      return { containerInstanceArn: arn, ...(zone && { availabilityZone: zone }) }
    } catch (error) {
      if (error instanceof RegistrationRefused || signal.aborted) throw error
      const answered = error instanceof Fault
      if (answered && !(retryable.has(error.code) && clock.now() - began < patience))
        throw new RegistrationRefused(error.code, `${error.code}: ${error.message}`)
      const pause = pauseAfter(answered ? pauses : unreachablePauses, failures)
      log.warn("Registration failed, trying again", { ...errorFields(error), retryInMs: Math.round(pause) })
      await delay(clock, pause, signal)
      if (signal.aborted) throw error
    }
  }
}
