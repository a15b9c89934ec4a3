// Input members of Secrets Manager that are taken and do nothing: listed in docs/parity.md.
export const withoutEffect: readonly string[] = [
  // Kept and described; every value is encrypted with the key of the data folder.
  "CreateSecret.KmsKeyId",
  "UpdateSecret.KmsKeyId",
  // Kept and described; no partner of AWS manages a secret here.
  "CreateSecret.Type",
  "UpdateSecret.Type",
  // There are no replicas to overwrite: AddReplicaRegions is refused.
  "CreateSecret.ForceOverwriteReplicaSecret",
  // Kept and described; there is no Lambda here, so nothing rotates, neither now nor later.
  "RotateSecret.RotateImmediately",
  "RotateSecret.RotationLambdaARN",
  "RotateSecret.RotationRules",
  "PutSecretValue.RotationToken",
]
