// Elastic Load Balancing v2 behind the real gate, with EC2 and IAM beside it, over records in memory, with time and ids that
// repeat; and what its tests begin with: the default VPC's subnets, a load balancer, a target group. No proxy is there.
import { type BulkStores, type Caller, createGate, type Input, type Output } from "../../src/gate/index.ts"
import { type Fault, silentLog } from "../../src/kernel/index.ts"
import type { Operations, ServiceName } from "../../src/model/operations.ts"
import { ec2 } from "../../src/services/ec2/index.ts"
import { elbv2 } from "../../src/services/elbv2/index.ts"
import { iam } from "../../src/services/iam/index.ts"
import { defaultVpcRows, type Frozen, memoryStore, type State } from "../../src/state/index.ts"
import { refused } from "./refused.ts"
import { TestClock } from "./test-clock.ts"
import { testIds } from "./test-ids.ts"

export const scope = { account: "123456789012", region: "us-east-1" }
export const root: Caller = { account: scope.account, arn: "arn:aws:iam::123456789012:root", kind: "root" }

type Elb = Operations["elbv2"]
/** Inputs of tests may be constants. */
type Asked<O extends keyof Elb> = Frozen<Input<"elbv2", O>>

/** Where load balancers of the tests are: the default VPC, one subnet in each of three zones. */
export const vpc = defaultVpcRows(scope)
export const subnets = vpc.subnets.map(({ id }) => id)

export interface Balancing {
  readonly state: State
  readonly clock: TestClock
  call<O extends keyof Elb & string>(operation: O, input: Asked<O>, caller?: Caller): Promise<Output<"elbv2", O>>
  /** The same of any service. */
  ask<S extends ServiceName, O extends keyof Operations[S] & string>(
    service: S,
    operation: O,
    input: Input<S, O>,
  ): Promise<Output<S, O>>
  /** The call must be refused with this code, and these words where they are given. */
  refuses<O extends keyof Elb & string>(
    operation: O,
    input: Asked<O>,
    code: string,
    message?: string | RegExp,
  ): Promise<Fault>
  /** A load balancer in all zones of the default VPC; answers its ARN. */
  loadBalancer(more?: Partial<Asked<"CreateLoadBalancer">>): Promise<string>
  /** A target group in the default VPC; answers its ARN. */
  targetGroup(more?: Partial<Asked<"CreateTargetGroup">>): Promise<string>
  /** A listener that answers 404, or does what is said; answers its ARN. */
  listener(balancer: string, more?: Partial<Asked<"CreateListener">>): Promise<string>
}

export const notFoundAction = { Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } } as const
export const forwardTo = (TargetGroupArn: string) => ({ Type: "forward", TargetGroupArn }) as const

export const balancing = (): Balancing => {
  const state = memoryStore()
  const clock = new TestClock()
  const services = [ec2, elbv2, iam]
  const gate = createGate({ state, bulk: {} as BulkStores, services, clock, ids: testIds(), log: silentLog })
  const call: Balancing["call"] = (operation, input, caller = root) =>
    gate.invoke("elbv2", operation, input as Input<"elbv2", typeof operation>, scope, caller)
  let made = 0
  return {
    state,
    clock,
    call,
    ask: (service, operation, input) => gate.invoke(service, operation, input, scope, root),
    refuses: (operation, input, code, message) => refused(operation, call(operation, input), code, message),
    loadBalancer: async (more = {}) => {
      const input = { Name: `lb-${++made}`, ...(more.SubnetMappings ? {} : { Subnets: subnets }), ...more }
      return (await call("CreateLoadBalancer", input)).LoadBalancers?.[0]?.LoadBalancerArn ?? ""
    },
    targetGroup: async (more = {}) => {
      const input = {
        Name: `tg-${++made}`,
        Protocol: "HTTP",
        Port: 80,
        VpcId: vpc.vpc.id,
        TargetType: "ip",
        ...more,
      } as const
      return (await call("CreateTargetGroup", input)).TargetGroups?.[0]?.TargetGroupArn ?? ""
    },
    listener: async (LoadBalancerArn, more = {}) => {
      const input = { LoadBalancerArn, Protocol: "HTTP", Port: 80, DefaultActions: [notFoundAction], ...more } as const
      return (await call("CreateListener", input)).Listeners?.[0]?.ListenerArn ?? ""
    },
  }
}
