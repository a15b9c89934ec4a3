// Sharing the traffic of a rule between two target groups, with everything else that its actions say left as it is. Pure.
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { Frozen } from "../../../../state/index.ts"

/** The groups between which traffic is shared: `percent` of it, a multiple of 0.1, for the green one. */
export interface Shares {
  readonly green: string
  readonly blue: string
  readonly percent: number
}

/** Weights are whole numbers up to 999: percents where those are whole, else tenths of them. */
const weightsOf = (percent: number): { readonly green: number; readonly blue: number } => {
  const tenths = Math.round(percent * 10)
  return tenths % 10 === 0 ? { green: tenths / 10, blue: 100 - tenths / 10 } : { green: tenths, blue: 1000 - tenths }
}

/** The actions with the two groups sharing what one action forwards; undefined when there is no one action for it. */
export const share = (actions: readonly Frozen<Action>[], { green, blue, percent }: Shares): Action[] | undefined => {
  if (actions.filter(({ Type }) => Type === "forward").length !== 1) return undefined
  const weights = weightsOf(percent)
  return actions.map((action): Action => {
    const { TargetGroupArn: only, ForwardConfig, ...rest } = action
    if (action.Type !== "forward") return structuredClone(action) as Action
    const groups = ForwardConfig?.TargetGroups ?? (only === undefined ? [] : [{ TargetGroupArn: only, Weight: 1 }])
    const kept = groups.map(({ TargetGroupArn }) => TargetGroupArn)
    const named = [...kept, ...[blue, green].filter((arn) => !kept.includes(arn))]
    const others = new Map(groups.map(({ TargetGroupArn, Weight }) => [TargetGroupArn, Weight ?? 1]))
    return {
      ...(structuredClone(rest) as Action),
      ForwardConfig: {
        ...structuredClone(ForwardConfig ?? {}),
        TargetGroups: named.map((arn) => ({
          TargetGroupArn: arn,
          Weight: arn === green ? weights.green : arn === blue ? weights.blue : (others.get(arn) ?? 0),
        })),
      },
    }
  })
}
