// Deleted clusters stay describable for an hour and are forgotten then.
import { clusterEnd } from "../../services/ecs/index.ts"
import type { ClusterRow } from "../../state/index.ts"
import { again, type Controller, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"

/** Keyed by cluster ARN. */
export const clusterController: Controller = {
  name: "cluster",
  wakes: [on<ClusterRow>("clusters", (c) => (c.status === "INACTIVE" ? c.arn : undefined))],
  keys: (view) => [...view.clusters.all()].filter((c) => c.status === "INACTIVE").map((c) => c.arn),
  reconcile: (cx, arn) => {
    const row = cx.view((view) => view.clusters.get(arn))
    const end = row && clusterEnd(row)
    if (!row || end === undefined) return done
    if (cx.now < end) return again(end)
    cx.commit(row, ecsPrincipal(row.account), (inner) => inner.tx.clusters.delete(arn))
    return done
  },
}
