// Lifecycle policies of ECR: what they expire is deleted as soon as it is so, on the cloud clock; AWS says within 24 hours. What
// expires is decided in services/ecr/lifecycle (pure).
import { evaluateIn } from "../../services/ecr/index.ts"
import type { EcrImageRow, EcrRepositoryRow } from "../../state/index.ts"
import { again, type Controller, done, on } from "../controller.ts"
import { ecrPrincipal } from "../principals.ts"

const keyOf = ({ account, region, name }: EcrRepositoryRow): string => `${account}/${region}/${name}`

/** Looked at so often when nothing happens, as on AWS; and `lastEvaluatedAt` is not older. */
const day = 24 * 60 * 60 * 1000
/** BatchDeleteImage takes so many. */
const mostAtOnce = 100

/** See the head of the file. */
export const ecrLifecycleController: Controller = {
  name: "ecr-lifecycle",
  wakes: [
    on<EcrRepositoryRow>("ecrRepositories", (row) => (row.lifecyclePolicy === undefined ? undefined : keyOf(row))),
    on<EcrImageRow>("ecrImages", ({ account, region, repository }) => `${account}/${region}/${repository}`),
  ],
  keys: (view) => [...view.ecrRepositories.all()].filter((row) => row.lifecyclePolicy !== undefined).map(keyOf),
  reconcile: (cx, key) => {
    const row = cx.view((view) => view.ecrRepositories.get(key))
    if (row?.lifecyclePolicy === undefined) return done
    const { account, region, name, lifecyclePolicy, evaluatedAt } = row
    const place = { account, region, repository: name }
    const { expired, next } = cx.view((view) => evaluateIn(view, place, lifecyclePolicy, cx.now))
    const principal = ecrPrincipal(account)
    const isDue = evaluatedAt === undefined || expired.length > 0 || cx.now - evaluatedAt >= day
    if (isDue)
      cx.commit(row, principal, (inside) => {
        for (let at = 0; at < expired.length; at += mostAtOnce) {
          const imageIds = expired.slice(at, at + mostAtOnce).map(({ digest }) => ({ imageDigest: digest }))
          inside.call("ecr", "BatchDeleteImage", { repositoryName: name, imageIds }, principal)
        }
        inside.tx.ecrRepositories.patch(key, { evaluatedAt: cx.now })
      })
    return again(Math.min(next ?? Number.POSITIVE_INFINITY, (isDue ? cx.now : (evaluatedAt ?? cx.now)) + day))
  },
}
