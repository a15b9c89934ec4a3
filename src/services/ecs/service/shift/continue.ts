// ContinueServiceDeployment: what a caller answers to a hook at which a deployment waits. The controller obeys.
// Texts: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
import type { Op } from "../../../../gate/index.ts"
import { fault } from "../../../../kernel/index.ts"
import { checkOneOf, invalidParameter } from "../../faults.ts"
import { isRemembered } from "../deploy.ts"

const idForm = /^ecs-[a-z_]+-.+$/

/** See the head of the file. */
export const ContinueServiceDeployment: Op<"ecs", "ContinueServiceDeployment"> = (cx, input) => {
  const { serviceDeploymentArn: arn = "", hookId = "" } = input
  checkOneOf("action", input.action, ["CONTINUE", "ROLLBACK"])
  if (!idForm.test(hookId)) throw invalidParameter("Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}")
  const row = cx.tx.deployments.first("arn", arn)
  const isKnown = row && isRemembered(row, cx.now)
  if (!isKnown || row.account !== cx.scope.account || row.region !== cx.scope.region) {
    throw fault("ServiceDeploymentNotFoundException", "The service deployment does not exist.")
  }
  if (row.finishedAt !== undefined) {
    throw invalidParameter("Continuing a service deployment is not allowed for service deployment in terminal states.")
  }
  const hook = row.shift?.hooks?.find(({ id }) => id === hookId)
  if (hook?.status !== "AWAITING_ACTION" || hook.expiresAt <= cx.now || row.hookAnswers?.[hookId] !== undefined) {
    throw invalidParameter(
      "Provided hookId is either completed, unavailable, or not associated with the given Resource ARN",
    )
  }
  cx.tx.deployments.patch(`${row.serviceArn} ${row.id}`, {
    hookAnswers: { ...row.hookAnswers, [hookId]: input.action ?? "CONTINUE" },
  })
  return { serviceDeploymentArn: arn }
}
