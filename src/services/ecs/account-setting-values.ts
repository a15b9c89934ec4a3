// The account settings of ECS: their names, values and defaults, and what holds for a principal. Pure over the records;
// the operations are in account-settings.ts.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
import { type Caller, formatGlobalArn, type Scope, scopeKey } from "../../kernel/index.ts"
import type { View } from "../../state/index.ts"

/** One setting that there is. */
export interface SettingKind {
  readonly values: readonly string[]
  readonly fallback: string
  /** AWS changes it; a caller may not. */
  readonly isManaged?: true
  /** The opt-out ended on 1 April 2021. */
  readonly isLongArn?: true
  /** One value for the whole account: only its root has it. */
  readonly isOfAccount?: true
}

const longArn: SettingKind = { values: ["enabled", "disabled"], fallback: "enabled", isLongArn: true }
const onOff = ["on", "off"]
const enabledDisabled = ["enabled", "disabled"]

/** All settings, in the order in which they are listed. `dualStackIPv6` is in AWS's documentation, not in the SDK. */
export const settingKinds: Readonly<Record<string, SettingKind>> = {
  awsvpcTrunking: { values: enabledDisabled, fallback: "disabled" },
  containerInsights: { values: ["enabled", "disabled", "enhanced"], fallback: "disabled" },
  containerInstanceLongArnFormat: longArn,
  defaultLogDriverMode: { values: ["blocking", "non-blocking"], fallback: "non-blocking" },
  dualStackIPv6: { values: enabledDisabled, fallback: "disabled" },
  fargateEventWindows: { values: enabledDisabled, fallback: "disabled", isOfAccount: true },
  fargateFIPSMode: { values: enabledDisabled, fallback: "disabled" },
  fargateTaskRetirementWaitPeriod: { values: ["0", "7", "14"], fallback: "7", isOfAccount: true },
  guardDutyActivate: { values: onOff, fallback: "off", isManaged: true },
  serviceLongArnFormat: longArn,
  // On for all accounts since 29 March 2024.
  tagResourceAuthorization: { values: onOff, fallback: "on" },
  taskLongArnFormat: longArn,
}

/** The ARN of an account's root: whose settings are everybody's defaults. */
export const rootOf = (account: string): string => formatGlobalArn("iam", account, "root")

/**
 * Whose settings a caller has: a session of a role has those of the role. What is no principal of IAM (a host of ours,
 * this program itself) has the root's, as federated users have.
 */
export const settingsPrincipal = (caller: Caller): string => {
  if (caller.kind === "role" && caller.roleArn !== undefined) return caller.roleArn
  return caller.kind === "user" || caller.kind === "role" ? caller.arn : rootOf(caller.account)
}

/** A setting as it holds for a principal, and the principal that it comes from. */
export interface Effective {
  readonly value: string
  readonly principalArn: string
}

/** The principal's own value, else the root's, else the default of ECS. */
export const effectiveSetting = (view: View, scope: Scope, principalArn: string, name: string): Effective => {
  const root = rootOf(scope.account)
  for (const principal of [principalArn, root]) {
    const row = view.accountSettings.get(`${scopeKey(scope)} ${principal} ${name}`)
    if (row) return { value: row.value, principalArn: principal }
  }
  // [field] public outputs of list-account-settings --effective-settings name the caller where nobody has set anything.
  return { value: settingKinds[name]?.fallback ?? "", principalArn }
}

/** The value of a setting that holds for the caller of an operation. */
export const settingFor = (cx: { tx: View; scope: Scope; caller: Caller }, name: string): string =>
  effectiveSetting(cx.tx, cx.scope, settingsPrincipal(cx.caller), name).value
