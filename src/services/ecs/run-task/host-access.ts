// Tasks that reach the machine beneath their container instance are only started where its owner has allowed it
// (DESIGN section 7). What counts is said in definition/host-access.ts; such a definition may be registered, as on AWS.
import type { Definition } from "../definition/definition.ts"
import { hostAccessOf } from "../definition/host-access.ts"
import { clientException } from "../faults.ts"

/** Throws a ClientException that names the flag when the definition asks for more than is allowed. */
export const checkHostAccess = (definition: Definition, allowed: boolean): void => {
  const asked = allowed ? [] : hostAccessOf(definition)
  if (asked.length === 0) return
  throw clientException(
    `The task definition asks for access to the host (${asked.join(", ")}). Start Roadstead with --allow-host-access to allow it.`,
  )
}
