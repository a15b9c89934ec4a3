// Amazon resource names: taking one apart, and putting one together.
// The names of each service's resources are in its own module; here is only the common form.
import type { Scope } from "./scope.ts"

/** The parts of `arn:<partition>:<service>:<region>:<account>:<resource>`. */
export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  /** All that follows the fifth colon, with its own slashes and colons. */
  readonly resource: string
}

/** The parts of an ARN, or undefined when `text` is not one. */
export const parseArn = (text: string): Arn | undefined => {
  const [arn, partition, service, region, account, ...rest] = text.split(":")
  if (arn !== "arn" || !partition || !service || region === undefined || account === undefined) return undefined
  const resource = rest.join(":")
  return resource === "" ? undefined : { partition, service, region, account, resource }
}

/** `arn:aws:<service>:<region>:<account>:<resource>`. */
export const formatArn = (service: string, scope: Scope, resource: string): string =>
  `arn:aws:${service}:${scope.region}:${scope.account}:${resource}`

/** The same for services whose names carry no region, such as IAM. */
export const formatGlobalArn = (service: string, account: string, resource: string): string =>
  `arn:aws:${service}::${account}:${resource}`
