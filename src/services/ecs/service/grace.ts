// Where a health check grace period means something: with load balancers, and with containers that check themselves.
import type { ServiceRevisionRow, View } from "../../../state/index.ts"
import { containersOf } from "../definition/definition.ts"
import { invalidParameter } from "../faults.ts"

/**
 * Throws where nothing is checked. The period holds for container health checks as well since ECS's API says so
 * (API_CreateService, healthCheckGracePeriodSeconds).
 */
export const checkGraceUse = (
  view: View,
  seconds: number | undefined,
  revision: Pick<ServiceRevisionRow, "taskDefinitionArn" | "loadBalancers">,
): void => {
  if (seconds === undefined || revision.loadBalancers?.length) return
  const definition = view.taskDefinitions.get(revision.taskDefinitionArn)?.definition
  if (definition && containersOf(definition).some(({ healthCheck }) => healthCheck !== undefined)) return
  // [field] aws/aws-cdk#19842 and many others
  throw invalidParameter("Health check grace period is only valid for services configured to use load balancers")
}
