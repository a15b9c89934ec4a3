// Task definitions whose deletion was asked for go when no task uses them any more.
import { forgetTaskDefinition } from "../../services/ecs/index.ts"
import type { TaskDefinitionRow, TaskRow } from "../../state/index.ts"
import { type Controller, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"

/** Keyed by task definition ARN. */
export const taskDefinitionController: Controller = {
  name: "task-definition",
  wakes: [
    on<TaskDefinitionRow>("taskDefinitions", (d) => (d.status === "DELETE_IN_PROGRESS" ? d.arn : undefined)),
    on<TaskRow>("tasks", (t) => (t.lastStatus === "STOPPED" ? t.taskDefinitionArn : undefined)),
  ],
  keys: (view) => [...view.taskDefinitions.all()].filter((d) => d.status === "DELETE_IN_PROGRESS").map((d) => d.arn),
  reconcile: (cx, arn) => {
    const row = cx.view((view) => view.taskDefinitions.get(arn))
    if (row?.status !== "DELETE_IN_PROGRESS") return done
    cx.commit(row, ecsPrincipal(row.account), (inner) => forgetTaskDefinition(inner.tx, arn))
    return done
  },
}
