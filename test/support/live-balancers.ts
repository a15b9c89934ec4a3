// Load balancers in live tests: made and waited for as a user would, and asked over HTTP by whichever way.

import { Resolver } from "node:dns/promises"
import { type IncomingHttpHeaders, request } from "node:http"
import { DescribeSubnetsCommand, DescribeVpcsCommand, type EC2Client } from "@aws-sdk/client-ec2"
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import { delay } from "../../src/kernel/index.ts"
import { realClock } from "./real-clock.ts"

/** Something that has to become so within a generous bound: a busy machine is slow, a lie lasts for ever. */
const patience = 90_000

export const eventually = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const end = realClock.now() + patience
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (realClock.now() > end) throw new Error(`it did not come about: ${what}`)
    await delay(realClock, 50)
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** One request on a connection of its own. Rejects as node does. */
export const ask = (address: string, port: number, host: string, path = "/"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: address, port, path, headers: { host }, agent: false, timeout: 20_000 }, (answer) => {
      let body = ""
      answer.setEncoding("utf8")
      answer.on("data", (chunk: string) => (body += chunk))
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
      answer.on("error", reject)
    })
    asked.on("timeout", () => asked.destroy(new Error("no answer in time")))
    asked.on("error", reject)
    asked.end()
  })

/** As {@link ask}, for ways that are still being opened: undefined when nobody answers, or another than the target. */
export const askFor200 = (...where: Parameters<typeof ask>): Promise<Answer | undefined> =>
  ask(...where).then(
    (answer) => (answer.status === 200 ? answer : undefined),
    () => undefined,
  )

/** The addresses that a VPC's resolver has for a name. */
export const addressesOf = (resolverAddress: string, name: string): Promise<string[]> => {
  const resolver = new Resolver()
  resolver.setServers([resolverAddress])
  return eventually(`${resolverAddress} knows ${name}`, () => resolver.resolve4(name).catch(() => undefined))
}

/** A user of load balancers. */
export const balancerUser = (endpoint: string, ec2: EC2Client, region = "us-east-1") => {
  const elb = new ElasticLoadBalancingV2Client({
    endpoint,
    region,
    credentials: { accessKeyId: "000000000000", secretAccessKey: "test" },
  })
  const vpc = async () => (await ec2.send(new DescribeVpcsCommand({}))).Vpcs?.[0]?.VpcId ?? ""
  const subnets = async () =>
    ((await ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? []).slice(0, 2).map(({ SubnetId = "" }) => SubnetId)
  const describe = async (arn: string): Promise<LoadBalancer> => {
    const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }))
    const [balancer] = LoadBalancers ?? []
    if (!balancer) throw new Error(`${arn} is not known`)
    return balancer
  }
  return {
    elb,
    describe,
    /** A target group of addresses with these in it. */
    group: async (name: string, port: number, addresses: readonly string[]): Promise<string> => {
      const { TargetGroups } = await elb.send(
        new CreateTargetGroupCommand({
          ...{ Name: name, Protocol: "HTTP", Port: port, VpcId: await vpc(), TargetType: "ip" },
          ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 3, HealthyThresholdCount: 2 },
        }),
      )
      const arn = TargetGroups?.[0]?.TargetGroupArn ?? ""
      await elb.send(
        new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: addresses.map((Id) => ({ Id, Port: port })) }),
      )
      return arn
    },
    /** An application load balancer. */
    balancer: async (name: string): Promise<{ arn: string; name: string }> => {
      const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: name, Subnets: await subnets() }))
      const [made] = LoadBalancers ?? []
      return { arn: made?.LoadBalancerArn ?? "", name: made?.DNSName ?? "" }
    },
    /** A listener that forwards everything to the group. */
    listener: async (balancer: string, port: number, group: string): Promise<string> => {
      const { Listeners } = await elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: balancer,
          Protocol: "HTTP",
          Port: port,
          DefaultActions: [{ Type: "forward", TargetGroupArn: group }],
        }),
      )
      return Listeners?.[0]?.ListenerArn ?? ""
    },
    healthy: (group: string) =>
      eventually(`the targets of ${group} are healthy`, async () => {
        const { TargetHealthDescriptions = [] } = await elb.send(
          new DescribeTargetHealthCommand({ TargetGroupArn: group }),
        )
        const isSo = TargetHealthDescriptions.every(({ TargetHealth }) => TargetHealth?.State === "healthy")
        return isSo && TargetHealthDescriptions.length > 0 ? true : undefined
      }),
    /** Until its state is this one. */
    until: (arn: string, code: string) =>
      eventually(`${arn} is ${code}`, async () => {
        const balancer = await describe(arn)
        return balancer.State?.Code === code ? balancer : undefined
      }),
    close: () => elb.destroy(),
  }
}
