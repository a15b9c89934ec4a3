// What a service says: its own list of messages, and the events that EventBridge carries: aws-behaviour.md 2.2 and 6.1.
import type { Cx, EmittedEvent } from "../../../gate/index.ts"
import { type ServiceRow, serviceEventKey } from "../../../state/index.ts"

/** DescribeServices shows the newest hundred. */
const kept = 100

/** Writes messages into the service's list, the first as the oldest. */
export const sayOfService = (cx: Cx, service: ServiceRow, messages: readonly string[]): void => {
  const known = cx.tx.serviceEvents.by("service", service.arn)
  const last = known.reduce((most, event) => Math.max(most, event.number), 0)
  for (const [i, message] of messages.entries()) {
    cx.tx.serviceEvents.insert({
      account: service.account,
      region: service.region,
      id: cx.ids.uuid(),
      serviceArn: service.arn,
      number: last + 1 + i,
      createdAt: cx.now,
      message,
    })
  }
  for (const { number } of known) {
    if (number <= last + messages.length - kept)
      cx.tx.serviceEvents.delete(serviceEventKey({ serviceArn: service.arn, number }))
  }
}

/** "Identical events are not repeated" for so long: aws-behaviour.md 2.2. */
const quietFor = 6 * 60 * 60_000

/** Whether a message is among those of the last hours. */
export const hasSaid = (cx: Pick<Cx, "tx" | "now">, service: ServiceRow, message: string): boolean =>
  cx.tx.serviceEvents
    .by("service", service.arn)
    .some((event) => event.message === message && event.createdAt > cx.now - quietFor)

const eventTypes = {
  SERVICE_STEADY_STATE: "INFO",
  SERVICE_DESIRED_COUNT_UPDATED: "INFO",
  SERVICE_DEPLOYMENT_IN_PROGRESS: "INFO",
  SERVICE_DEPLOYMENT_COMPLETED: "INFO",
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html, "Service events"
  SERVICE_REBALANCING_STARTED: "INFO",
  SERVICE_REBALANCING_COMPLETED: "INFO",
  SERVICE_REBALANCING_STOPPED: "INFO",
  TASKS_STARTED: "INFO",
  TASKS_STOPPED: "INFO",
  TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION: "INFO",
  SERVICE_TASK_START_IMPAIRED: "WARN",
  SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED: "ERROR",
  SERVICE_TASK_PLACEMENT_FAILURE: "ERROR",
  SERVICE_DEPLOYMENT_FAILED: "ERROR",
} as const

/** `ECS Service Action`. `more` is what the event of this name carries besides. */
export const serviceAction = (
  service: ServiceRow,
  eventName: keyof typeof eventTypes,
  at: number,
  more: object = {},
): EmittedEvent => ({
  source: "aws.ecs",
  detailType: "ECS Service Action",
  resources: [service.arn],
  detail: {
    eventType: eventTypes[eventName],
    eventName,
    clusterArn: service.clusterArn,
    createdAt: new Date(at).toISOString(),
    ...more,
  },
})

/** The service action that names a task set beside its service. Which of the two is in `resources` is from memory. */
export const taskSetSteady = (service: ServiceRow, taskSetArn: string, at: number): EmittedEvent => ({
  source: "aws.ecs",
  detailType: "ECS Service Action",
  resources: [service.arn, taskSetArn],
  detail: {
    eventType: "INFO",
    eventName: "TASKSET_STEADY_STATE",
    clusterArn: service.clusterArn,
    taskSetArns: [taskSetArn],
    createdAt: new Date(at).toISOString(),
  },
})

/**
 * `ECS Deployment State Change`. ecs_service_events names its events among the service actions as well; one page shows
 * them, with this detail type (ecs_service_deployment_events), and they are sent once.
 */
export const deploymentStateChange = (
  service: ServiceRow,
  eventName: "SERVICE_DEPLOYMENT_IN_PROGRESS" | "SERVICE_DEPLOYMENT_COMPLETED" | "SERVICE_DEPLOYMENT_FAILED",
  deploymentId: string,
  reason: string,
  at: number,
): EmittedEvent => ({
  source: "aws.ecs",
  detailType: "ECS Deployment State Change",
  resources: [service.arn],
  detail: {
    eventType: eventTypes[eventName],
    eventName,
    deploymentId,
    updatedAt: new Date(at).toISOString(),
    reason,
  },
})
