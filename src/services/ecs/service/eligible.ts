// The container instances that a DAEMON service should have a task on: active, and within its placement constraints.
// Room does not count: a daemon that finds none says so and is tried again. Source: aws-behaviour.md 2.6.
import { holds } from "../../../scheduler/index.ts"
import type { ServiceRow, View } from "../../../state/index.ts"
import { knownHost } from "../known-hosts.ts"
import { constraintsOf } from "../placement.ts"
import { primaryOf, revisionOf } from "./find.ts"

/** ARNs, in the order of registration. */
export const eligibleInstances = (view: View, service: ServiceRow): readonly string[] => {
  const primary = primaryOf(view, service)
  const definition = primary && view.taskDefinitions.get(revisionOf(view, primary).taskDefinitionArn)?.definition
  const constraints = constraintsOf(service.placementConstraints, definition?.placementConstraints).filter(
    // Every instance is distinct for what has one task on each.
    ({ kind }) => kind === "memberOf",
  )
  return view.containerInstances
    .by("cluster", service.clusterArn)
    .filter((row) => row.status === "ACTIVE")
    .filter((row) => constraints.every((one) => holds(one, knownHost(view, row), `service:${service.name}`)))
    .map((row) => row.arn)
}
