// Rotation: RotateSecret, CancelRotateSecret. What is asked for is kept and described; there is no Lambda here to rotate.
import type { Op } from "../../gate/index.ts"
import { Fault, fault, parseArn } from "../../kernel/index.ts"
import type { SecretRotation } from "../../state/index.ts"
import { checkLength, tokenOf } from "./checks.ts"
import { keyOf, liveSecretOf } from "./lookup.ts"

interface Rules {
  readonly AutomaticallyAfterDays?: number | undefined
  readonly Duration?: string | undefined
  readonly ScheduleExpression?: string | undefined
}

const rulesOf = (rules: Rules | undefined): SecretRotation["rules"] => {
  if (!rules) return undefined
  const { AutomaticallyAfterDays: days, Duration: duration, ScheduleExpression: schedule } = rules
  if (days !== undefined && (!Number.isInteger(days) || days < 1 || days > 1000)) {
    throw fault("InvalidParameterException", "RotationRules.AutomaticallyAfterDays must be within 1-1000.")
  }
  // The three texts that follow are from memory.
  if (days !== undefined && schedule !== undefined) {
    throw fault(
      "InvalidParameterException",
      "You can't specify both AutomaticallyAfterDays and ScheduleExpression in RotationRules.",
    )
  }
  if (schedule !== undefined && !/^(rate|cron)\([0-9A-Za-z/*?,\-#\s]+\)$/.test(schedule)) {
    throw fault("InvalidParameterException", "RotationRules.ScheduleExpression is not a valid rate or cron expression.")
  }
  if (duration !== undefined && !/^[0-9]{1,2}h$/.test(duration)) {
    throw fault("InvalidParameterException", "RotationRules.Duration must be a number of hours, such as 3h.")
  }
  return {
    ...(days !== undefined && { automaticallyAfterDays: days }),
    ...(duration !== undefined && { duration }),
    ...(schedule !== undefined && { scheduleExpression: schedule }),
  }
}

const isFunction = (arn: string): boolean => {
  const parsed = parseArn(arn)
  return parsed?.service === "lambda" && parsed.resource.startsWith("function:")
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html */
export const RotateSecret: Op<"secretsmanager", "RotateSecret"> = (cx, input) => {
  tokenOf(input.ClientRequestToken, "InvalidParameterException")
  checkLength("rotationLambdaARN", input.RotationLambdaARN ?? "", 0, 2048)
  const rules = rulesOf(input.RotationRules)
  if (input.ExternalSecretRotationRoleArn !== undefined || input.ExternalSecretRotationMetadata !== undefined) {
    throw new Fault(
      "NotImplemented",
      "Roadstead does not rotate the secrets of partners: secretsmanager:RotateSecret.",
      {
        status: 501,
      },
    )
  }
  const secret = liveSecretOf(cx, input.SecretId)
  const lambdaArn = input.RotationLambdaARN || secret.rotation?.lambdaArn
  if (!lambdaArn) {
    throw fault("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
  }
  if (!isFunction(lambdaArn)) {
    throw fault(
      "AccessDeniedException",
      "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
    )
  }
  const kept = rules ?? secret.rotation?.rules
  cx.tx.secrets.patch(keyOf(secret), { rotation: { enabled: true, lambdaArn, ...(kept && { rules: kept }) } })
  // No version: nothing was rotated.
  return { ARN: secret.arn, Name: secret.name }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html */
export const CancelRotateSecret: Op<"secretsmanager", "CancelRotateSecret"> = (cx, input) => {
  const secret = liveSecretOf(cx, input.SecretId)
  if (secret.rotation) cx.tx.secrets.patch(keyOf(secret), { rotation: { ...secret.rotation, enabled: false } })
  return { ARN: secret.arn, Name: secret.name }
}
