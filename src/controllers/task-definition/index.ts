// Task definitions whose deletion was asked for go an hour later, when no task and no service uses them any more.
import { taskDefinitionEnd } from "../../services/ecs/index.ts"
import type { DeploymentRow, ServiceRow, TaskDefinitionRow, TaskRow, View } from "../../state/index.ts"
import { again, type Controller, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"

const definitionsOf = (view: View, service: string): readonly string[] =>
  view.serviceRevisions.by("service", service).map((revision) => revision.taskDefinitionArn)

/** Keyed by task definition ARN. */
export const taskDefinitionController: Controller = {
  name: "task-definition",
  wakes: [
    on<TaskDefinitionRow>("taskDefinitions", (d) => (d.status === "DELETE_IN_PROGRESS" ? d.arn : undefined)),
    on<TaskRow>("tasks", (t) => (t.lastStatus === "STOPPED" ? t.taskDefinitionArn : undefined)),
    on<DeploymentRow>("deployments", (d, view) => (d.shown ? undefined : definitionsOf(view, d.serviceArn))),
    on<ServiceRow>("services", (s, view) => (s.status === "INACTIVE" ? definitionsOf(view, s.arn) : undefined)),
  ],
  keys: (view) => [...view.taskDefinitions.all()].filter((d) => d.status === "DELETE_IN_PROGRESS").map((d) => d.arn),
  reconcile: (cx, arn) => {
    const row = cx.view((view) => view.taskDefinitions.get(arn))
    const end = row && cx.view((view) => taskDefinitionEnd(view, row))
    if (!row || end === undefined) return done
    if (cx.now < end) return again(end)
    cx.commit(row, ecsPrincipal(row.account), (inner) => inner.tx.taskDefinitions.delete(arn))
    return done
  },
}
