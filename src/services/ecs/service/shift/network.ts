// Whether the load balancers of a revision let its traffic be shifted, and who shifts it. What is wrong is said in the words of
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html, its "asynchronous path".
import { assumableRole, type Caller, type ReadCx } from "../../../../gate/index.ts"
import type { ServiceRevisionRow, View } from "../../../../state/index.ts"
import { usesIam } from "../../run-task/roles.ts"
import { routeOf, weightsOf } from "./routes.ts"

/** One load balancer of a revision: its two target groups, of which the revision is in `green`, and the rules. */
export interface Shifting {
  readonly green: string
  readonly blue: string
  readonly production: string
  readonly test?: string
  readonly roleArn: string
}

/** The load balancers of a revision whose traffic can be shifted. */
export const shiftingOf = ({ loadBalancers = [], targetGroupArns }: ServiceRevisionRow): readonly Shifting[] =>
  loadBalancers.flatMap(({ targetGroupArn: first = "", advancedConfiguration: more }, i) => {
    if (!more) return []
    const { alternateTargetGroupArn: other = "", productionListenerRule = "", testListenerRule, roleArn = "" } = more
    const green = targetGroupArns?.[i] ?? first
    return [
      {
        green,
        blue: green === first ? other : first,
        production: productionListenerRule,
        ...(testListenerRule && { test: testListenerRule }),
        roleArn,
      },
    ]
  })

/** The words for what is wrong; controllers/service has them. */
export interface NetworkTexts {
  readonly noRule: string
  readonly noListener: string
  notAssociated(group: string): string
  severalServing(rule: string, count: number): string
  unexpected(group: string, first: string, other: string): string
  notForwarding(rule: string): string
}

const missing = (arn: string, texts: NetworkTexts): string =>
  arn.includes(":listener-rule/") ? texts.noRule : texts.noListener

/** Why the traffic of a revision cannot be shifted, or undefined. */
export const networkProblem = (view: View, revision: ServiceRevisionRow, texts: NetworkTexts): string | undefined => {
  for (const { green, blue, production, test } of shiftingOf(revision)) {
    const route = routeOf(view, production)
    if (!route) return missing(production, texts)
    const testRoute = test === undefined ? undefined : routeOf(view, test)
    if (test !== undefined && !testRoute) return missing(test, texts)
    for (const one of [route, ...(testRoute ? [testRoute] : [])]) {
      if (one.actions.filter(({ Type }) => Type === "forward").length !== 1) return texts.notForwarding(one.arn)
    }
    const weights = weightsOf(route)
    const serving = [...weights].filter(([, weight]) => weight > 0).map(([arn]) => arn)
    const stranger = serving.find((arn) => arn !== green && arn !== blue)
    const { loadBalancers = [] } = revision
    const first = loadBalancers.find((one) => one.advancedConfiguration?.productionListenerRule === production)
    if (stranger !== undefined) {
      const other = first?.advancedConfiguration?.alternateTargetGroupArn ?? ""
      return texts.unexpected(stranger, first?.targetGroupArn ?? "", other)
    }
    if (serving.length !== 1) return texts.severalServing(production, serving.length)
    // A network load balancer's listener names the other group when traffic is first shifted.
    if (route.type === "network") continue
    const tested = testRoute ? weightsOf(testRoute) : undefined
    const lost = [green, blue].find((arn) => !weights.has(arn) && !tested?.has(arn))
    if (lost !== undefined) return texts.notAssociated(lost)
  }
  return undefined
}

type Asking = Pick<ReadCx, "tx" | "scope" | "wallNow" | "auth" | "log">

/**
 * As whom load balancers are told: the infrastructure role, or the account itself for a role that nobody has made in one
 * without IAM (relaxed mode, as for the roles of tasks). Undefined when ECS cannot be that role.
 */
export const infrastructureRole = (cx: Asking, roleArn: string): Caller | undefined => {
  const { account, region } = cx.scope
  const sourceArn = `arn:aws:ecs:${region}:${account}:*`
  const found = assumableRole(cx.tx, account, roleArn, { service: "ecs.amazonaws.com", sourceArn, now: cx.wallNow })
  if (!("role" in found)) {
    const isUnknown = found.why === "missing" && cx.auth === "relaxed" && !usesIam(cx)
    if (!isUnknown) return undefined
    cx.log.warn("The infrastructure role does not exist, and load balancers are told without it.", { role: found.arn })
    return { account, arn: `arn:aws:iam::${account}:root`, kind: "root" }
  }
  const { role } = found
  // The session is called so in AWS's error messages.
  const sessionName = "ECSNetworkingWithELB"
  return {
    kind: "role",
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${sessionName}`,
    principalId: `${role.id}:${sessionName}`,
    roleArn: role.arn,
    roleId: role.id,
    sessionName,
  }
}
