// To which services a change of a load balancer matters: those whose tasks are its targets, and those that would register
// tasks in the target groups that it forwards to.
import {
  type ListenerRow,
  type ListenerRuleRow,
  type TargetGroupRow,
  type TargetHealthRow,
  type TargetRow,
  targetGroupsOf,
  targetKey,
  type View,
} from "../../state/index.ts"
import { on, type Wake } from "../controller.ts"

const behind = (target: Pick<TargetRow, "groupArn" | "id" | "port">, view: View): readonly string[] =>
  view.tasks.by("target", targetKey(target.groupArn, target.id, target.port)).flatMap((task) => task.serviceArn ?? [])

const using = (view: View, groups: Iterable<string>): readonly string[] => [
  ...new Set(
    [...groups].flatMap((arn) => view.serviceRevisions.by("targetGroup", arn).map((revision) => revision.serviceArn)),
  ),
]

/** See the head of the file. */
export const balancerWakes: readonly Wake[] = [
  on<TargetHealthRow>("targetHealth", behind),
  on<TargetRow>("targets", behind),
  on<TargetGroupRow>("targetGroups", (group, view) => using(view, [group.arn])),
  // Of a target group that no listener forwards to every target is unused.
  on<ListenerRow>("listeners", (listener, view, before) =>
    using(view, new Set([listener, before].flatMap((one) => (one ? targetGroupsOf(one.defaultActions) : [])))),
  ),
  on<ListenerRuleRow>("listenerRules", (rule, view, before) =>
    using(view, new Set([rule, before].flatMap((one) => (one ? targetGroupsOf(one.actions) : [])))),
  ),
]
