// The sandboxes that a host of the Fargate pool is to have ready, as it is told of them.
import type { PreparedSandbox } from "../../protocol/index.ts"
import type { View } from "../../state/index.ts"
import { gatherInterface } from "./from-records.ts"
import { compileInterface } from "./task.ts"

/** All of the host's; those whose subnet or network is gone are about to be given up. */
export const compileSandboxes = (view: View, instanceArn: string): readonly PreparedSandbox[] =>
  view.sandboxes.by("host", instanceArn).flatMap(({ networkInterface: row }) => {
    const gathered = gatherInterface(view, row)
    if (!gathered) return []
    return [{ network: `${row.account}/${row.region}/${row.vpcId}`, networkInterface: compileInterface(gathered) }]
  })
