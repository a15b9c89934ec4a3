// Secrets as a table of providers: how `valueFrom` becomes what the agent resolves with the execution role.
import type { Secret } from "@aws-sdk/client-ecs"
import { parseArn, type Scope } from "../../kernel/index.ts"
import type { AcsSecret } from "../../protocol/index.ts"
import type { Frozen } from "../../state/index.ts"

/** The providers by the service of their ARNs; a plain name is a parameter of the Parameter Store. */
const providers: Readonly<Record<string, AcsSecret["provider"]>> = { secretsmanager: "asm", ssm: "ssm" }

/**
 * The official agent looks parameters up by the names that are answered, which are bare; so ECS tells it bare ones. Those of
 * another account it has to ask for by their ARN.
 */
const bareName = (valueFrom: string, account: string): string => {
  const arn = parseArn(valueFrom)
  if (arn?.service !== "ssm" || arn.account !== account || !arn.resource.startsWith("parameter/")) return valueFrom
  const path = arn.resource.slice("parameter".length)
  // In an ARN a slash stands before every name; only a path has it as its own.
  return path.slice(1).includes("/") ? path : path.slice(1)
}

/** A secret of a container or of its log driver. */
export const compileSecret = (
  secret: Frozen<Secret>,
  target: "CONTAINER" | "LOG_DRIVER",
  { account, region }: Scope,
): AcsSecret => {
  const valueFrom = secret.valueFrom ?? ""
  const arn = parseArn(valueFrom)
  return {
    name: secret.name ?? "",
    valueFrom: bareName(valueFrom, account),
    provider: providers[arn?.service ?? "ssm"] ?? "ssm",
    region: arn?.region || region,
    type: "ENVIRONMENT_VARIABLE",
    target,
  }
}
