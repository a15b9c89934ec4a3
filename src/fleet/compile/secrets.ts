// Secrets as a table of providers: how `valueFrom` becomes what the agent resolves with the execution role.
import type { Secret } from "@aws-sdk/client-ecs"
import { parseArn } from "../../kernel/index.ts"
import type { AcsSecret } from "../../protocol/index.ts"
import type { Frozen } from "../../state/index.ts"

/** The providers by the service of their ARNs; a plain name is a parameter of the Parameter Store. */
const providers: Readonly<Record<string, AcsSecret["provider"]>> = { secretsmanager: "asm", ssm: "ssm" }

/** A secret of a container or of its log driver. */
export const compileSecret = (
  secret: Frozen<Secret>,
  target: "CONTAINER" | "LOG_DRIVER",
  region: string,
): AcsSecret => {
  const valueFrom = secret.valueFrom ?? ""
  const arn = parseArn(valueFrom)
  return {
    name: secret.name ?? "",
    valueFrom,
    provider: providers[arn?.service ?? "ssm"] ?? "ssm",
    region: arn?.region || region,
    type: "ENVIRONMENT_VARIABLE",
    target,
  }
}
