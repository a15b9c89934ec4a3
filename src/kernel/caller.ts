// Who asks for something, as far as a signature or this program itself can prove it.

export interface Caller {
  readonly account: string
  readonly arn: string
  /** `root`: an account's root. `machine`: the agent of a host that we made. `service`: this program, acting as a service. */
  readonly kind: "root" | "user" | "role" | "machine" | "service"
  readonly accessKeyId?: string
  /** Of a `machine`. */
  readonly machineId?: string
  /** Of a `role` that was handed to a task. */
  readonly taskArn?: string
  /** The service principal that a `service` acts as, `ecs.amazonaws.com`. */
  readonly servicePrincipal?: string
  /** The address of the client, when it came over TCP. */
  readonly sourceIp?: string
  /** The Host that the request was sent to: a name of ours, or it would have been refused. */
  readonly host?: string
}
