// TaskManifestMessage and TaskStopVerificationAck: what the control plane believes to run here. What runs and is not in
// the list is offered for stopping, and stopped when the control plane confirms it, once per manifest.
import type { TaskIdentifier, TaskManifestMessage } from "../../../protocol/index.ts"
import type { TaskSnapshot } from "../../types.ts"
import { type Responder, raiseSequence, responder } from "./responder.ts"

interface StopVerification {
  readonly messageId: string
  readonly stopTasks?: readonly TaskIdentifier[]
}

/** The tasks that run here without the manifest saying that they should. */
export const stopCandidates = (
  tasks: readonly TaskSnapshot[],
  manifest: readonly TaskIdentifier[],
): TaskIdentifier[] => {
  const wanted = new Set(manifest.filter((t) => t.desiredStatus === "RUNNING").map((t) => t.taskArn))
  return tasks
    .filter((task) => task.known !== "STOPPED" && task.desired === "RUNNING" && !wanted.has(task.arn))
    .map((task) => ({
      taskArn: task.arn,
      ...(task.definition.taskClusterArn && { taskClusterArn: task.definition.taskClusterArn }),
      desiredStatus: "STOPPED",
    }))
}

/** The two responders; they share which manifest is waiting for its verification. */
export const manifestResponders = (): readonly Responder[] => {
  let awaiting: string | undefined
  const manifest = responder<TaskManifestMessage>(
    "TaskManifestMessage",
    ["messageId", "clusterArn", "containerInstanceArn", "timeline"],
    ({ clusterArn, messageId, timeline, tasks = [] }, cx) => {
      // A payload or manifest that is newer than this one was taken already: what it lists is out of date.
      if (!(timeline > cx.checkpoint.identity().sequence))
        return cx.log.debug("An old manifest was dropped", { messageId, timeline })
      raiseSequence(cx, timeline)
      cx.send({
        type: "AckRequest",
        message: { cluster: clusterArn, containerInstance: cx.containerInstanceArn, messageId },
      })
      const candidates = stopCandidates(cx.engine.tasks(), tasks)
      if (candidates.length === 0) return
      awaiting = messageId
      cx.log.info("Tasks run here that the control plane does not list", { tasks: candidates.map((c) => c.taskArn) })
      cx.send({ type: "TaskStopVerificationMessage", message: { messageId, stopCandidates: candidates } })
    },
  )
  const verification = responder<StopVerification>(
    "TaskStopVerificationAck",
    ["messageId"],
    async ({ messageId, stopTasks = [] }, cx) => {
      if (messageId !== awaiting)
        return cx.log.debug("A stop verification that nobody waits for was dropped", { messageId })
      awaiting = undefined
      const known = stopTasks.filter((task) => cx.engine.task(task.taskArn))
      if (known.length > 0)
        await cx.engine.accept(known.map((task) => ({ arn: task.taskArn, desiredStatus: "STOPPED" })))
    },
  )
  return [manifest, verification]
}
