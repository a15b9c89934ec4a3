// The words of service events and rollout reasons, as ECS writes them: aws-behaviour.md 2.2 and 2.4 (a corpus of real
// events), https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html. Pure.

import type { SeenTarget } from "./seen.ts"

const lastPart = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1)
const listed = (tasks: readonly string[]) => tasks.map((arn) => `(task ${lastPart(arn)})`).join(" ")
const troubleshooting = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

/** Two tasks in one zone and three in another. Of one it is "1 tasks", too. */
const inZones = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([zone, count]) => `${count} tasks in ${zone}`).join(", ")

/** `S` is the service's name, `id` a deployment's (`ecs-svc/…`). */
export const texts = {
  started: (S: string, tasks: readonly string[]) =>
    `(service ${S}) has started ${tasks.length} tasks: ${listed(tasks)}.`,
  replaced: (S: string, tasks: readonly string[]) =>
    `(service ${S}) has started ${tasks.length} tasks: ${listed(tasks)}. Amazon ECS replaced ${tasks.length} tasks due to an unhealthy status.`,
  stopped: (S: string, tasks: readonly string[]) =>
    `(service ${S}) has stopped ${tasks.length} running tasks: ${listed(tasks)}.`,
  stoppedPending: (S: string, count: number) => `(service ${S}) stopped ${count} pending tasks.`,
  unhealthy: (S: string, task: string) => `(service ${S}) (task ${lastPart(task)}) failed container health checks.`,
  unhealthyTarget: (S: string, task: string, { balancer, instance, port, state, description }: SeenTarget) => {
    const target = instance === undefined ? `(task ${lastPart(task)})` : `(instance ${instance})`
    const at = port === undefined ? target : `${target} (port ${port})`
    const why = description ?? (state === "not found" ? "Target is not registered to the target group" : state)
    return `(service ${S}) ${at} is unhealthy in ${balancer} due to (reason ${why}).`
  },
  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html, without its arguable brackets. */
  noGroup: (S: string, set: string, task: string, { balancer }: SeenTarget) =>
    `(service ${S}, taskSet ${set}) (task ${lastPart(task)}) is not healthy in ${balancer} due to TARGET GROUP IS NOT FOUND.`,
  completed: (S: string, id: string) => `(service ${S}) (deployment ${id}) deployment completed.`,
  steady: (S: string) => `(service ${S}) has reached a steady state.`,
  failed: (S: string, id: string) => `(service ${S}) (deployment ${id}) deployment failed: tasks failed to start.`,
  rollingBack: (S: string, id: string) => `(service ${S}) rolling back to deployment ${id}.`,
  impaired: (S: string) =>
    `(service ${S}) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.`,
  stuck: (S: string) =>
    `(service ${S}) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.`,
  protected: (S: string, id: string, count: number) =>
    `(service ${S}) was unable to reach steady state because (taskSet ${id}) was unable to scale in due to (reason ${count} tasks under protection)`,
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing-event-messages-list.html
  unbalanced: (S: string, counts: ReadonlyMap<string, number>) =>
    `(service ${S}) is not AZ balanced with ${inZones(counts)}. AZ Rebalancing in progress.`,
  balanced: (S: string, counts: ReadonlyMap<string, number>) =>
    `(service ${S}) is AZ balanced with ${inZones(counts)}.`,
  rebalanceStarted: (S: string, zone: string, tasks: readonly string[]) =>
    `(service ${S}) has started ${tasks.length} tasks in ${zone} to AZ Rebalance: ${listed(tasks)}.`,
  rebalanceTasksStopped: (S: string, zone: string, tasks: readonly string[]) =>
    `(service ${S}) has stopped ${tasks.length} running tasks in ${zone} due to AZ rebalancing: ${listed(tasks)}.`,
  rebalanceHeld: (S: string, id: string, count: number) =>
    `(service ${S}) was unable to AZ Rebalance because (taskSet ${id}) was unable to scale in due to (reason ${count} tasks under protection)`,
  rebalanceStopped: (S: string) => `(service ${S}) stopped AZ Rebalancing.`,
  unplacedIn: (S: string, zone: string) =>
    `service ${S} is unable to place a task in ${zone} because no container instance met all of its requirements.`,
  notStartedIn: (S: string, zone: string) => `service ${S} is unable to place a task in ${zone}.`,

  unplaced: (S: string, reason: string) =>
    `service ${S} was unable to place a task because no container instance met all of its requirements. ${reason} ${troubleshooting}`,
  // [field] aws-samples/aws-modern-application-workshop#88 and many others
  notLaunched: (S: string, error: string) => `(service ${S}) failed to launch a task with (error ${error}).`,
  notStarted: (S: string, reason: string) => `service ${S} was unable to place a task. Reason: ${reason}.`,

  inProgress: (id: string) => `ECS deployment ${id} in progress.`,
  done: (id: string) => `ECS deployment ${id} completed.`,
  broken: "ECS deployment circuit breaker: tasks failed to start.",
  rollback: (id: string) => `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`,
} as const
