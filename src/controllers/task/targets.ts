// What a task is behind its load balancers: an address of its own, or its EC2 instance and a port of that.
// Reads only; registering is register-targets.ts.
import { classicKey, type TaskBalancer, type TaskRow, type TaskTarget, type View } from "../../state/index.ts"

/** The port of the container on its instance, as the agent said; in host mode it is the container's own. */
const hostPort = (view: View, task: TaskRow, { containerName, containerPort }: TaskBalancer): number | undefined => {
  const bindings = task.observed.containers[containerName]?.networkBindings as
    | readonly { readonly containerPort?: number; readonly hostPort?: number }[]
    | undefined
  const bound = bindings?.find((binding) => binding.containerPort === containerPort)?.hostPort
  if (bound !== undefined) return bound
  const mode = view.taskDefinitions.get(task.taskDefinitionArn)?.definition.networkMode
  return mode === "host" ? containerPort : undefined
}

/** The target that stands for a task behind one of its load balancers, or why there is none. */
export const targetOf = (
  view: View,
  task: TaskRow,
  balancer: TaskBalancer,
): TaskTarget | { readonly lacks: string } => {
  const { targetGroupArn, loadBalancerName = "", containerPort } = balancer
  if (targetGroupArn !== undefined && task.networkConfiguration) {
    const address = view.networkInterfaces.first("task", task.arn)?.privateIp
    return address === undefined
      ? { lacks: "The task has no network interface" }
      : { groupArn: targetGroupArn, id: address, port: containerPort }
  }
  const id = view.containerInstances.get(task.containerInstanceArn ?? "")?.ec2InstanceId
  if (id === undefined) return { lacks: "The container instance is not an EC2 instance" }
  if (targetGroupArn === undefined) return { groupArn: classicKey(task, loadBalancerName), id, port: 0 }
  const port = hostPort(view, task, balancer)
  return port === undefined
    ? { lacks: `The container ${balancer.containerName} has no host port for ${containerPort}` }
    : { groupArn: targetGroupArn, id, port }
}
