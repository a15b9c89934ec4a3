// Who may do what. The evaluator of IAM policies comes here; until then one rule stands that must never be missing:
// the key of a machine may do what an agent does and nothing else.

/** What decides: throws nothing, answers the reason for a refusal or undefined. Pure. */
export type Decide = (principal: Principal, action: string, resources: readonly string[]) => string | undefined

/** The caller as policies see it. */
export interface Principal {
  readonly kind: "root" | "user" | "role" | "machine" | "service" | "federated"
  readonly arn: string
}

/** All that an agent of ours calls. */
const agentActions: ReadonlySet<string> = new Set([
  "ecs:RegisterContainerInstance",
  "ecs:DeregisterContainerInstance",
  "ecs:DiscoverPollEndpoint",
  "ecs:Poll",
  "ecs:StartTelemetrySession",
  "ecs:SubmitTaskStateChange",
  "ecs:SubmitContainerStateChange",
  "ecs:SubmitAttachmentStateChanges",
  "ecs:ListTagsForResource",
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "logs:DescribeLogStreams",
  "sts:GetCallerIdentity",
])

/** Everybody may do everything, except machines, which may do an agent's work. */
export const decide: Decide = (principal, action) =>
  principal.kind !== "machine" || agentActions.has(action)
    ? undefined
    : `User: ${principal.arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`
