// A secret's record as the API shows it, and DescribeSecret. No value is ever in it.
import type { Output, ReadCx, ReadOp } from "../../gate/index.ts"
import type { SecretRotation, SecretRow } from "../../state/index.ts"
import { secretOf } from "./lookup.ts"

type Described = Output<"secretsmanager", "DescribeSecret">

const describeRotation = ({ enabled, lambdaArn, rules }: SecretRotation): Described => ({
  RotationEnabled: enabled,
  RotationLambdaARN: lambdaArn,
  ...(rules && {
    RotationRules: {
      ...(rules.automaticallyAfterDays !== undefined && { AutomaticallyAfterDays: rules.automaticallyAfterDays }),
      ...(rules.duration !== undefined && { Duration: rules.duration }),
      ...(rules.scheduleExpression !== undefined && { ScheduleExpression: rules.scheduleExpression }),
    },
  }),
})

export const describeSecret = (cx: ReadCx, secret: SecretRow): Described => {
  const labelled = cx.tx.secretVersions.by("secret", secret.arn).filter(({ stages }) => stages.length > 0)
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.type !== undefined && { Type: secret.type }),
    ...(secret.description !== undefined && { Description: secret.description }),
    // AWS leaves it out when the key is aws/secretsmanager.
    ...(secret.kmsKeyId !== undefined && { KmsKeyId: secret.kmsKeyId }),
    ...(secret.rotation && describeRotation(secret.rotation)),
    CreatedDate: new Date(secret.createdAt),
    LastChangedDate: new Date(secret.changedAt),
    ...(secret.accessedAt !== undefined && { LastAccessedDate: new Date(secret.accessedAt) }),
    ...(secret.deletion && { DeletedDate: new Date(secret.deletion.at) }),
    ...(secret.tags && { Tags: secret.tags.map(({ key, value }) => ({ Key: key, Value: value })) }),
    ...(labelled.length > 0 && {
      VersionIdsToStages: Object.fromEntries(labelled.map(({ id, stages }) => [id, [...stages]])),
    }),
  }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
export const DescribeSecret: ReadOp<"secretsmanager", "DescribeSecret"> = (cx, input) =>
  describeSecret(cx, secretOf(cx, input.SecretId))
