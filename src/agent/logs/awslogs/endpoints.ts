// Options of the awslogs driver that lead elsewhere than to this Roadstead's CloudWatch Logs. Pure.
import type { ContainerSnapshot } from "../../types.ts"
import type { LogOptions } from "./options.ts"

/** Other doors to the same service: FIPS, dual stack, interface endpoints of a VPC. */
const awsHost = /(^|[./])(logs|logs-fips)\.[\w.-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/

/**
 * What of the options cannot be done here. An endpoint of AWS's is the service that Roadstead is here in its place; lines
 * for any other are not sent there, and not kept from their user in silence either.
 */
export const unsupportedEndpoint = (container: ContainerSnapshot, ours: string | undefined): string | undefined => {
  const options: LogOptions = container.logOptions ?? {}
  const endpoint = options["awslogs-endpoint"]
  if (endpoint && !isOurs(endpoint, ours))
    return `awslogs-endpoint ${endpoint} is not supported by this host: it delivers to Roadstead's own CloudWatch Logs`
  // With an execution role ECS's agent puts its own in the place of whatever is there.
  if (options["awslogs-credentials-endpoint"] && container.definition.logsAuthStrategy !== "ExecutionRole")
    return "awslogs-credentials-endpoint is not supported by this host: it delivers with its own credentials"
  return undefined
}

const isOurs = (endpoint: string, ours: string | undefined): boolean => {
  const url = URL.parse(endpoint.includes("://") ? endpoint : `https://${endpoint}`)
  if (!url) return false
  return awsHost.test(url.hostname) || (ours !== undefined && url.origin === URL.parse(ours)?.origin)
}
