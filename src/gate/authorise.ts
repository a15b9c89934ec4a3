// Whether a caller may do what an operation demands. One decision for clients, for calls between services and for
// controllers: policies of the principal from the records, the resource's own policy when the demand names one.
import { type Caller, Fault, parseArn } from "../kernel/index.ts"
import { loadContract } from "../model/index.ts"
import type { ServiceName } from "../model/operations.ts"
import {
  type Context,
  type ContextValue,
  compilePolicy,
  contextOf,
  evaluate,
  firstOf,
  isAgentAction,
  type Question,
  type Requester,
  refusalText,
  type Verdict,
} from "../policy/index.ts"
import { policiesOf } from "./principal-policies.ts"
import { requestContext } from "./request-context.ts"
import type { Demand, ReadCx } from "./types.ts"

type Refusal = Extract<Verdict, { allowed: false }>

/** Throws the service's refusal for the first demand that is not allowed. */
export const authorise = (service: ServiceName, cx: ReadCx, demands: readonly Demand[]): void => {
  for (const demand of demands) {
    if (isForeignRole(cx, demand)) {
      throw deny(service, "Cross-account pass role is not allowed.")
    }
    const refused = refusalOf(cx, demand)
    if (refused) throw refusalFault(service, cx.caller, demand.action, refused.resource, refused.verdict)
  }
}

/** Whether the caller may do all of it: for operations that show less to who may see less. */
export const isAllowed = (cx: ReadCx, demands: readonly Demand[]): boolean =>
  demands.every((demand) => refusalOf(cx, demand) === undefined)

/**
 * Roles are handed to services of their own account only, whatever policies say. In relaxed mode root may: task definitions
 * come with the roles of the account that they were written for.
 */
const isForeignRole = ({ caller, auth }: ReadCx, { action, resources }: Demand): boolean =>
  action === "iam:PassRole" &&
  !(caller.kind === "root" && auth === "relaxed") &&
  resources.some((role) => {
    const account = parseArn(role)?.account
    return account !== undefined && account !== caller.account
  })

interface Refused {
  readonly resource: string
  readonly verdict: Refusal
}

const refusalOf = (cx: ReadCx, demand: Demand): Refused | undefined => {
  const { caller } = cx
  // Root may do everything to what is its own, unless the resource itself says otherwise.
  if (caller.kind === "root" && !demand.policyOf) return undefined
  if (caller.kind === "machine") {
    const verdict: Refusal = { allowed: false, explicit: false, kind: "identity" }
    return isAgentAction(demand.action) ? undefined : { resource: demand.resources[0] ?? "*", verdict }
  }
  if (isOwnWork(caller, demand.action)) return undefined
  const questions = questionsOf(cx, demand)
  for (const question of questions) {
    const verdict = evaluate(question)
    if (!verdict.allowed) return { resource: question.resource, verdict }
  }
  return undefined
}

/** What a service does to its own resources needs no policy: `ecs.amazonaws.com` and `ecs:StopTask`. */
const isOwnWork = ({ kind, servicePrincipal }: Caller, action: string): boolean =>
  kind === "service" && servicePrincipal !== undefined && servicePrincipal.split(".")[0] === action.split(":")[0]

/** One question for each resource of a demand. A demand that names none is about everything. */
const questionsOf = (cx: ReadCx, demand: Demand): readonly Question[] => {
  const requester = requesterOf(cx.caller)
  const policies = policiesOf(cx.tx, cx.caller)
  const common = firstOf(contextOf(demand.conditions ?? {}), requestContext(cx))
  return (demand.resources.length > 0 ? demand.resources : ["*"]).map((resource) => {
    const text = demand.policyOf?.(resource)
    const account = parseArn(resource)?.account ?? ""
    const owner = /^\d{12}$/.test(account) ? account : cx.caller.account
    return {
      requester,
      policies,
      action: demand.action,
      resource,
      resourceAccount: owner,
      context: resourceContext(common, demand, resource, owner),
      ...(text !== undefined && { resourcePolicy: compilePolicy(text) }),
      ...(demand.trust && { trust: true }),
    }
  })
}

/** Who asks, as resource policies name it. */
export const requesterOf = ({ account, arn, roleArn, kind, servicePrincipal }: Caller): Requester => ({
  account,
  arn,
  ...(roleArn !== undefined && { roleArn }),
  ...(kind === "service" && servicePrincipal !== undefined && { service: servicePrincipal }),
})

/** Tags of the resource are asked for as `aws:ResourceTag/…` and by each service's own name for the same. */
const resourceTag = /^[a-z0-9-]+:resourcetag\/(.*)$/s

const resourceContext = (common: Context, demand: Demand, resource: string, owner: string): Context => {
  let about: ReturnType<NonNullable<Demand["about"]>> | undefined
  let own: Context | undefined
  const tagsByKey = new Map<string, string>()
  const look = (): Context => {
    if (own) return own
    about = demand.about?.(resource)
    for (const { key, value } of about?.tags ?? []) tagsByKey.set((key ?? "").toLowerCase(), value ?? "")
    own = contextOf({ ...about?.conditions, "aws:ResourceAccount": owner })
    return own
  }
  return {
    get: (key: string): ContextValue | undefined => {
      const found = common.get(key) ?? look().get(key)
      if (found !== undefined) return found
      const tag = resourceTag.exec(key)?.[1]
      return tag === undefined ? undefined : tagsByKey.get(tag)
    },
  }
}

/** The refusal in the words of the service's protocol. */
const refusalFault = (
  service: ServiceName,
  caller: Caller,
  action: string,
  resource: string,
  verdict: Refusal,
): Fault => {
  // EC2 leaves out a resource that its action does not have. AWS appends an encoded message for those that have one.
  const named = resource === "*" && service === "ec2" ? undefined : resource
  return deny(service, refusalText(caller.arn, action, named, verdict))
}

/** The code of a refusal, by protocol. */
const deny = (service: ServiceName, text: string): Fault => {
  const [protocol] = loadContract(service).protocols
  switch (protocol) {
    case "ec2Query":
      return new Fault("UnauthorizedOperation", `You are not authorized to perform this operation. ${text}`, {
        status: 403,
      })
    case "awsQuery":
    case "restXml":
      return new Fault("AccessDenied", text, { status: 403 })
    case "restJson1":
      return new Fault("AccessDeniedException", text, { status: 403 })
    default:
      return new Fault("AccessDeniedException", text)
  }
}
