// Secrets Manager: the handler table, and what other rooms may use of this one. Operations that are not named are absent.
import { implement, read, type ServiceTable, write } from "../../gate/index.ts"
import * as may from "./authorise.ts"
import { DescribeSecret } from "./describe.ts"
import { ListSecrets } from "./list.ts"
import { GetRandomPassword } from "./password.ts"
import * as policies from "./policies.ts"
import type { SecretsPorts } from "./ports.ts"
import { CancelRotateSecret, RotateSecret } from "./rotation.ts"
import { createSecret, DeleteSecret, RestoreSecret, updateSecret } from "./secrets.ts"
import { TagResource, UntagResource } from "./tags.ts"
import { BatchGetSecretValue, getSecretValue, putSecretValue } from "./values.ts"
import { ListSecretVersionIds, UpdateSecretVersionStage } from "./versions.ts"
import { withoutEffect } from "./without-effect.ts"

export type { SecretsPorts } from "./ports.ts"
export { removeSecret } from "./secrets.ts"

/** The table of Secrets Manager. `ports` are what the process gives it. */
export const secretsManager = (ports: SecretsPorts): ServiceTable<"secretsmanager"> =>
  implement(
    "secretsmanager",
    {
      // The secrets of a batch are read one by one, each with the permission that it needs alone.
      BatchGetSecretValue: write(BatchGetSecretValue, may.onEverything("BatchGetSecretValue")),
      CancelRotateSecret: write(CancelRotateSecret, may.onSecret("CancelRotateSecret")),
      CreateSecret: write(createSecret(ports), may.onNewSecret),
      DeleteResourcePolicy: write(policies.DeleteResourcePolicy, may.onSecret("DeleteResourcePolicy")),
      DeleteSecret: write(DeleteSecret, may.onSecret("DeleteSecret")),
      DescribeSecret: read(DescribeSecret, may.onSecret("DescribeSecret")),
      GetRandomPassword: read(GetRandomPassword, may.onEverything("GetRandomPassword")),
      GetResourcePolicy: read(policies.GetResourcePolicy, may.onSecret("GetResourcePolicy")),
      // Not a read: it keeps the day on which a secret was last read.
      GetSecretValue: write(getSecretValue(ports), may.onValue),
      ListSecrets: read(ListSecrets, may.onEverything("ListSecrets")),
      ListSecretVersionIds: read(ListSecretVersionIds, may.onSecret("ListSecretVersionIds")),
      PutResourcePolicy: write(policies.PutResourcePolicy, may.onSecret("PutResourcePolicy")),
      PutSecretValue: write(putSecretValue(ports), may.onSecret("PutSecretValue")),
      RestoreSecret: write(RestoreSecret, may.onSecret("RestoreSecret")),
      RotateSecret: write(RotateSecret, may.onSecret("RotateSecret")),
      TagResource: write(TagResource, may.onTags),
      UntagResource: write(UntagResource, may.onTagKeys),
      UpdateSecret: write(updateSecret(ports), may.onSecret("UpdateSecret")),
      UpdateSecretVersionStage: write(UpdateSecretVersionStage, may.onSecret("UpdateSecretVersionStage")),
      ValidateResourcePolicy: read(policies.ValidateResourcePolicy, may.onValidated),
    },
    withoutEffect,
  )
