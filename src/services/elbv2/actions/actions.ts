// The actions of a rule or of a listener's default rule: which are allowed together and where, in the form in which they are
// kept and shown. Each kind has a file of its own.
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadCx } from "../../../gate/index.ts"
import { notImplemented } from "../../../kernel/index.ts"
import type { Frozen } from "../../../state/index.ts"
import { checkRange, invalid, oneOf } from "../checks.ts"
import { fixedResponse } from "./fixed-response.ts"
import { forward } from "./forward.ts"
import { badAction, type Place } from "./place.ts"
import { redirect } from "./redirect.ts"

const types = [
  ...["forward", "authenticate-oidc", "authenticate-cognito", "redirect", "fixed-response", "jwt-validation"],
] as readonly NonNullable<Action["Type"]>[]
const terminal: readonly (string | undefined)[] = ["forward", "redirect", "fixed-response"]

/** The actions in their order, checked against everything. */
export const checkedActions = (
  cx: ReadCx,
  asked: readonly Frozen<Action>[] | undefined,
  place: Place,
): Frozen<Action>[] => {
  const actions = asked ?? []
  for (const [i, { Type, Order }] of actions.entries()) {
    const at = `${place.member}.${i + 1}.member`
    oneOf(`${at}.type`, Type, types)
    checkRange(`${at}.order`, Order, 1, 50000)
  }
  // text from memory
  if (actions.length === 0) throw invalid("You must specify at least one action")
  for (const { Type } of actions) checkType(Type ?? "", place)
  const ordered = inOrder(actions)
  return ordered.map((action, i) => checked(cx, action, `${place.member}.${i + 1}.member`, place))
}

/** Texts from memory. */
const checkType = (type: string, { balancer, protocol, operation }: Place): void => {
  if (balancer.type === "network" && type !== "forward")
    throw badAction(`Actions of type '${type}' are not supported for load balancers of type 'network'`)
  if (terminal.includes(type)) return
  if (protocol !== "HTTPS") throw badAction(`Actions of type '${type}' are supported only on HTTPS listeners`)
  throw notImplemented("elbv2", `${operation} with an action of type ${type}`)
}

/** By their orders. One action may be without. Texts from memory, after the model's words. */
const inOrder = (actions: readonly Frozen<Action>[]): readonly Frozen<Action>[] => {
  const ends = actions.filter(({ Type }) => terminal.includes(Type))
  if (ends.length !== 1)
    throw badAction("Exactly one of the following actions must be specified: forward, redirect, fixed-response")
  if (actions.length === 1) return actions
  const orders = actions.map(({ Order }) => Order)
  if (orders.includes(undefined)) throw badAction("An order must be specified for each of multiple actions")
  if (new Set(orders).size < orders.length) throw badAction("Each action must have a different order")
  const ordered = [...actions].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0))
  if (ordered.at(-1) !== ends[0]) throw badAction("The action with the highest order must be a routing action")
  return ordered
}

const checked = (cx: ReadCx, action: Frozen<Action>, at: string, place: Place): Frozen<Action> => {
  const order = action.Order === undefined ? {} : { Order: action.Order }
  switch (action.Type) {
    case "redirect":
      return { Type: "redirect", ...order, RedirectConfig: redirect(action, at, place) }
    case "fixed-response":
      return { Type: "fixed-response", ...order, FixedResponseConfig: fixedResponse(action, at) }
    default:
      return { Type: "forward", ...forward(cx, action, at, place), ...order }
  }
}
