// What the end of an EC2 instance means for the container instance on it: no more tasks from the moment that it goes, and
// those that it had are over when it is gone. A stopped one stays registered (aws-behaviour.md 1.12).
import type { Cx } from "../../gate/index.ts"
import type { InstanceRow, MachineRow } from "../../state/index.ts"
import { ecsPrincipal } from "../principals.ts"

const registered = (cx: Cx, machine: MachineRow) =>
  cx.tx.containerInstances.by("machine", machine.id).filter((row) => row.status !== "INACTIVE")

/** An agent that was told no cluster joins `default`, and makes it when it is not there (ecs-agent-protocol.md 1). */
export const ensureDefaultCluster = (cx: Cx, instance: InstanceRow): void => {
  if (instance.agentSettings.ECS_CLUSTER) return
  cx.call("ecs", "CreateCluster", { clusterName: "default" }, ecsPrincipal(instance.account))
}

/** Its machine is about to be taken down: tasks on it are to stop, and services replace them at once. */
export const leave = (cx: Cx, instance: InstanceRow, machine: MachineRow): void => {
  for (const row of registered(cx, machine)) {
    for (const task of cx.tx.tasks.by("host", row.arn)) {
      if (task.desiredStatus === "STOPPED") continue
      cx.tx.tasks.patch(task.arn, {
        desiredStatus: "STOPPED",
        stopCode: "TerminationNotice",
        // aws-behaviour.md 1.4
        stoppedReason: `Host EC2 (instance ${instance.id}) terminated.`,
        stopRequestedAt: cx.now,
      })
    }
    if (row.status !== "ACTIVE") continue
    const input = { cluster: row.clusterArn, containerInstances: [row.arn], status: "DRAINING" as const }
    cx.call("ecs", "UpdateContainerInstancesState", input, ecsPrincipal(row.account))
  }
}

/** Its machine is gone. */
export const lose = (cx: Cx, machine: MachineRow): void => {
  for (const row of registered(cx, machine)) {
    const input = { cluster: row.clusterArn, containerInstance: row.arn, force: true }
    cx.call("ecs", "DeregisterContainerInstance", input, ecsPrincipal(row.account))
  }
}
