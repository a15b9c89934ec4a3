// What ECS asks Elastic Load Balancing for its tasks, as the role of the service, and what the service says of it. Several
// tasks are one call and one event: aws-behaviour.md 2.2.
import type { Cx } from "../../gate/index.ts"
import { Fault } from "../../kernel/index.ts"
import { balancerCaller, hasSaid, sayOfService } from "../../services/ecs/index.ts"
import type { ServiceRow, TaskBalancer, TaskTarget } from "../../state/index.ts"

/** How events and reasons call a load balancer of a service. */
export const calledBy = ({ targetGroupArn, loadBalancerName }: TaskBalancer): string =>
  targetGroupArn === undefined ? `(elb ${loadBalancerName})` : `(target-group ${targetGroupArn})`

/** Events count targets in target groups, and instances behind classic load balancers. */
const counted = ({ targetGroupArn }: TaskBalancer): string => (targetGroupArn === undefined ? "instances" : "targets")

/** What came of a call: `gone`: there is no such target group or load balancer. */
export type Called = "done" | "refused" | "gone"

const goneCodes: ReadonlySet<string> = new Set(["TargetGroupNotFound", "LoadBalancerNotFound", "AccessPointNotFound"])

const operations = {
  register: { groups: "RegisterTargets", classic: "RegisterInstancesWithLoadBalancer", done: "registered" },
  deregister: { groups: "DeregisterTargets", classic: "DeregisterInstancesFromLoadBalancer", done: "deregistered" },
} as const

/** Registers or deregisters targets in one call, and says so. */
export const callBalancer = (
  cx: Cx,
  what: keyof typeof operations,
  { service, balancer, targets }: { service: ServiceRow; balancer: TaskBalancer; targets: readonly TaskTarget[] },
): Called => {
  const { groups, classic, done } = operations[what]
  const called = calledBy(balancer)
  const { targetGroupArn, loadBalancerName } = balancer
  try {
    const caller = balancerCaller(cx, service)
    // text from memory
    if (!caller) throw new Fault("AccessDenied", `ECS was unable to assume the role '${service.roleArn}'.`)
    if (targetGroupArn !== undefined) {
      const Targets = targets.map(({ id, port }) => ({ Id: id, Port: port }))
      cx.call("elbv2", groups, { TargetGroupArn: targetGroupArn, Targets }, caller)
    } else {
      const Instances = targets.map(({ id }) => ({ InstanceId: id }))
      cx.call("elb", classic, { LoadBalancerName: loadBalancerName, Instances }, caller)
    }
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    failed(cx, what, { service, balancer }, thrown.message)
    return goneCodes.has(thrown.code) ? "gone" : "refused"
  }
  sayOfService(cx, service, [`(service ${service.name}) ${done} ${targets.length} ${counted(balancer)} in ${called}`])
  return "done"
}

/** Says once what was refused. [field] for target groups: the troubleshooting page of boltops-tools/ufo. */
export const failed = (
  cx: Cx,
  what: keyof typeof operations,
  { service, balancer }: { service: ServiceRow; balancer: TaskBalancer },
  error: string,
): void => {
  const message = `(service ${service.name}) failed to ${what} ${counted(balancer)} in ${calledBy(balancer)} with (error ${error})`
  if (!hasSaid(cx, service, message)) sayOfService(cx, service, [message])
}
