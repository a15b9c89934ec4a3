// Carries out what plan.ts finds due for the sessions of a task's roles: new keys in time, and an end to all of them when
// the task has ended. Agents hear of new keys from fleet/, which watches these records.
import { assumableRole } from "../../gate/index.ts"
import { dropTaskSessions, renewTaskSession, type TaskCredentialsRow, type TaskRow } from "../../state/index.ts"
import { again, type ClockPorts, type Controller, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"
import { dueFor, triedAgainAfter } from "./plan.ts"

const seen = (task: TaskRow) => ({
  ended: task.lastStatus === "STOPPED" || task.observed.status === "STOPPED",
  stopping: task.desiredStatus === "STOPPED",
})

/** See the head of the file. Keyed by task ARN. */
export const taskCredentialsController = ({
  wallTime = (cloud) => cloud,
  cloudTime = (wall) => wall,
}: ClockPorts = {}): Controller => ({
  name: "task-credentials",
  wakes: [
    on<TaskRow>("tasks", (task, view) => (view.taskCredentials.by("task", task.arn).length > 0 ? task.arn : undefined)),
    on<TaskCredentialsRow>("taskCredentials", (row) => row.taskArn),
  ],
  keys: (view) => new Set([...view.taskCredentials.all()].map((row) => row.taskArn)),
  reconcile: (cx, arn) => {
    const now = Math.floor(wallTime(cx.now))
    const { task, due } = cx.view((view) => {
      const found = view.tasks.get(arn)
      return { task: found, due: dueFor(found && seen(found), view.taskCredentials.by("task", arn), now) }
    })
    if (due.kind === "wait") return due.until === undefined ? done : again(Math.ceil(cloudTime(due.until)))
    const [account = "", region = ""] = [arn.split(":")[4], arn.split(":")[3]]
    if (due.kind === "end" || !task) {
      cx.commit({ account, region }, ecsPrincipal(account), (inner) => dropTaskSessions(inner.tx, arn))
      return done
    }
    const refused = cx.commit({ account, region }, ecsPrincipal(account), (inner) =>
      due.rows.filter((row) => {
        const found = assumableRole(inner.tx, account, row.roleArn, {
          service: "ecs-tasks.amazonaws.com",
          sourceArn: `arn:aws:ecs:${region}:${account}:*`,
          now,
        })
        if (!("role" in found)) return true
        renewTaskSession({ tx: inner.tx, ids: inner.ids, wallNow: now }, task, row, found.role)
        return false
      }),
    )
    for (const { roleArn } of refused)
      cx.log.warn("The role of a running task cannot be assumed any more; its credentials will expire.", {
        task: arn,
        role: roleArn,
      })
    return refused.length > 0 ? again(Math.ceil(cloudTime(now + triedAgainAfter))) : done
  },
})
