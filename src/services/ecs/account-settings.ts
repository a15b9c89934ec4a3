// Account settings: setting, unsetting and listing them for a principal or for everybody. Their names, values and
// what holds for whom are in account-setting-values.ts; who acts on one asks there.
import type { Setting, SettingName } from "@aws-sdk/client-ecs"
import type { Cx, Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, parseArn, scopeKey } from "../../kernel/index.ts"
import {
  effectiveSetting,
  rootOf,
  type SettingKind,
  settingKinds,
  settingsPrincipal,
} from "./account-setting-values.ts"
import { invalidParameter } from "./faults.ts"
import { cut, nextToken, pageOf } from "./pages.ts"

/** "This value can be between 1 and 10" (API_ListAccountSettings). */
const mostListed = 10

const describe = (name: string, value: string, principalArn: string): Setting => ({
  name: name as SettingName,
  value,
  principalArn,
  type: settingKinds[name]?.isManaged ? "aws_managed" : "user",
})

const kindOf = (name: string | undefined): SettingKind => {
  const kind = name !== undefined && Object.hasOwn(settingKinds, name) ? settingKinds[name] : undefined
  if (!kind) throw invalidParameter("Invalid setting 'name'") // by the text for values
  return kind
}

/** The principal that is meant: the caller, or whom the caller may speak for. Texts from memory. */
const principalOf = (cx: ReadCx, asked: string | undefined): string => {
  const own = settingsPrincipal(cx.caller)
  if (!asked || asked === own) return own
  const { service, account, resource = "" } = parseArn(asked) ?? {}
  if (service !== "iam" || account !== cx.scope.account || !/^(root$|user\/.|role\/.)/.test(resource)) {
    throw invalidParameter("The principalArn must be the ARN of the root user, a user or a role of this account.")
  }
  if (cx.caller.kind !== "root") {
    throw fault("AccessDeniedException", "You must be the root user or the principal itself to use principalArn.")
  }
  return asked
}

const set = (cx: Cx, principalArn: string, name: string, value: string | undefined): Setting => {
  const kind = kindOf(name)
  if (kind.isManaged) throw invalidParameter(`The setting '${name}' is read-only.`) // text from memory
  // [field] aws/aws-cli#3785, hashicorp/terraform-provider-aws#32114
  if (value === undefined || !kind.values.includes(value)) throw invalidParameter("Invalid setting 'value'")
  // [field] documentation of hashicorp/terraform-provider-aws, aws_ecs_account_setting_default
  if (kind.isLongArn && value === "disabled") throw invalidParameter("You can no longer disable Long Arn settings")
  if (kind.isOfAccount && principalArn !== rootOf(cx.scope.account)) {
    throw invalidParameter(`The setting '${name}' can only be set for the root user.`) // text from memory
  }
  cx.tx.accountSettings.put({ ...cx.scope, principalArn, name, value })
  return describe(name, value, principalArn)
}

/** Sets a value for the caller, or as root for another principal. What root sets for itself is everybody's default. */
export const PutAccountSetting: Op<"ecs", "PutAccountSetting"> = (cx, input) => ({
  setting: set(cx, principalOf(cx, input.principalArn), input.name ?? "", input.value),
})

/** Sets the default of all principals without a value of their own, whoever asks. */
export const PutAccountSettingDefault: Op<"ecs", "PutAccountSettingDefault"> = (cx, input) => ({
  setting: set(cx, rootOf(cx.scope.account), input.name ?? "", input.value),
})

/** Unsets a principal's own value and answers what it was; one that is not set is no error. */
export const DeleteAccountSetting: Op<"ecs", "DeleteAccountSetting"> = (cx, input) => {
  const name = input.name ?? ""
  if (kindOf(name).isManaged) throw invalidParameter(`The setting '${name}' is read-only.`) // text from memory
  const principalArn = principalOf(cx, input.principalArn)
  const { value } = effectiveSetting(cx.tx, cx.scope, principalArn, name)
  cx.tx.accountSettings.delete(`${scopeKey(cx.scope)} ${principalArn} ${name}`)
  return { setting: describe(name, value, principalArn) }
}

/** What a principal has set itself; with `effectiveSettings` every setting as it holds for it. */
export const ListAccountSettings: ReadOp<"ecs", "ListAccountSettings"> = (cx, input) => {
  if (input.name) kindOf(input.name)
  if (input.value && !input.name) throw invalidParameter("You must specify a name to filter by value.") // from memory
  const principal = principalOf(cx, input.principalArn)
  const list = `ListAccountSettings ${principal} ${input.name ?? ""} ${input.value ?? ""} ${input.effectiveSettings ?? false}`
  const asked = pageOf(list, input, mostListed)
  const all = input.effectiveSettings
    ? Object.keys(settingKinds).map((name) => {
        const { value, principalArn } = effectiveSetting(cx.tx, cx.scope, principal, name)
        return describe(name, value, principalArn)
      })
    : cx.tx.accountSettings
        .by("principal", `${scopeKey(cx.scope)} ${principal}`)
        .map((row) => describe(row.name, row.value, row.principalArn))
        .sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1))
  const found = all.filter(
    ({ name, value }) => (!input.name || name === input.name) && (!input.value || value === input.value),
  )
  const page = cut(found, ({ name }) => name ?? "", asked)
  return { settings: [...page.rows], ...nextToken(list, page.next) }
}
