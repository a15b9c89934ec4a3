// What the key of a machine may do: an agent's work and nothing else, whatever policies there are.

/** All that an agent of ours calls. */
const agentActions: ReadonlySet<string> = new Set([
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:GetAuthorizationToken",
  "ecr:GetDownloadUrlForLayer",
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

/** Whether an agent does this. Its rights do not depend on resources. */
export const isAgentAction = (action: string): boolean => agentActions.has(action)
