// A task that needs an interface takes one that is kept ready for it, if there is one, and says that it asked: the demand
// by which they are kept (controllers/sandbox).
import type { Cx } from "../../gate/index.ts"
import type { NetworkInterfaceRow, SubnetRow } from "../../state/index.ts"

/** The interface of a prepared sandbox in the subnet; from now on nobody else gets it. */
export const takeSandbox = (cx: Cx, subnet: SubnetRow): NetworkInterfaceRow | undefined => {
  const key = `${subnet.account}/${subnet.region}/${subnet.id}`
  const sandbox = cx.tx.sandboxes.first("subnet", key)
  if (sandbox) cx.tx.sandboxes.delete(`${sandbox.account}/${sandbox.region}/${sandbox.id}`)
  const missed = sandbox ? 0 : 1
  const pool = cx.tx.sandboxPools.get(key)
  if (pool) cx.tx.sandboxPools.patch(key, { asked: pool.asked + 1, missed: pool.missed + missed })
  else {
    cx.tx.sandboxPools.insert({
      account: subnet.account,
      region: subnet.region,
      subnetId: subnet.id,
      asked: 1,
      missed,
      answered: 0,
      wanted: 0,
      window: { from: cx.now, asked: 0 },
    })
  }
  return sandbox?.networkInterface
}
