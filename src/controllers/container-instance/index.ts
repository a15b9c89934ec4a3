// Says of container instances what changed: registered, connected or not, draining, deregistered, or with other room
// because of their tasks. The one place that counts `version` up. Forgets those that were deregistered for an hour.
import {
  containerInstanceDigest,
  containerInstanceHealthChange,
  containerInstanceStateChange,
  deletedLifetime,
  healthDigest,
} from "../../services/ecs/index.ts"
import type { ContainerInstanceRow, InstanceHealthRow, TaskRow } from "../../state/index.ts"
import { again, type Controller, type ControllerCx, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"

/** Hosts of the hidden pools are nobody's business. Keyed by container instance ARN. */
export const containerInstanceController: Controller = {
  name: "container-instance",
  wakes: [
    on<ContainerInstanceRow>("containerInstances", (row) => (row.pool ? undefined : row.arn)),
    on<TaskRow>("tasks", (task, _, before) =>
      task.launchType === "FARGATE" || (before && isSameRoom(before, task)) ? undefined : task.containerInstanceArn,
    ),
    on<InstanceHealthRow>("instanceHealth", (health, _, before) =>
      before && healthDigest(before) === healthDigest(health) ? undefined : health.containerInstanceArn,
    ),
  ],
  keys: (view) => [...view.containerInstances.all()].filter((row) => !row.pool).map((row) => row.arn),
  reconcile: (cx, arn) => {
    const seen = cx.view((view) => {
      const row = view.containerInstances.get(arn)
      return row && { row, digest: containerInstanceDigest(view, row) }
    })
    if (!seen || seen.row.pool) return done
    const { row, digest } = seen
    if (digest !== row.announced) {
      cx.commit(row, ecsPrincipal(row.account), (inner) => {
        const version = row.announced === undefined ? row.version : row.version + 1
        const announced = inner.tx.containerInstances.patch(arn, { announced: digest, version })
        inner.emit(containerInstanceStateChange(inner.tx, announced, cx.now))
      })
    }
    announceHealth(cx, row)
    if (row.status !== "INACTIVE") return done
    const end = (row.inactiveAt ?? cx.now) + deletedLifetime
    if (cx.now < end) return again(end)
    cx.commit(row, ecsPrincipal(row.account), (inner) => {
      inner.tx.containerInstances.delete(arn)
      inner.tx.instanceHealth.delete(arn)
    })
    return done
  },
}

const announceHealth = (cx: ControllerCx, row: ContainerInstanceRow): void => {
  const health = cx.view((view) => view.instanceHealth.get(row.arn))
  if (!health || health.announced === healthDigest(health)) return
  cx.commit(row, ecsPrincipal(row.account), (inner) => {
    inner.tx.instanceHealth.patch(row.arn, { announced: healthDigest(health) })
    inner.emit(containerInstanceHealthChange(row, health))
  })
}

/** A task holds its room until it has stopped. */
const isSameRoom = (before: TaskRow, after: TaskRow): boolean =>
  before.containerInstanceArn === after.containerInstanceArn &&
  (before.lastStatus === "STOPPED") === (after.lastStatus === "STOPPED")
