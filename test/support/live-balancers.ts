// Load balancers in live tests: made and waited for as a user would, and asked over HTTP by whichever way.

import { createSocket } from "node:dgram"
import { Resolver } from "node:dns/promises"
import { type IncomingHttpHeaders, request } from "node:http"
import { request as requestSecurely } from "node:https"
import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from "@aws-sdk/client-acm"
import { DescribeSubnetsCommand, DescribeVpcsCommand, type EC2Client } from "@aws-sdk/client-ec2"
import {
  CreateListenerCommand,
  type CreateListenerCommandInput,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  type ProtocolEnum,
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

/** A request over TLS to the loopback, whose certificate must be of the name. Undefined when there is no answer. */
export const askSecurely = (port: number, name: string, ca: string): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, servername: name, headers: { host: name }, ca, agent: false }
    const asked = requestSecurely(options, (answer) => {
      let body = ""
      answer.setEncoding("utf8")
      answer.on("data", (chunk: string) => (body += chunk))
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
    })
    asked.on("error", () => resolve(undefined))
    asked.end()
  })

/** What comes back of a datagram; undefined when nothing does for a second, as it may be lost. */
export const askByDatagram = (address: string, port: number, text: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket("udp4")
    const end = (answer?: string) => {
      cancel()
      socket.close()
      resolve(answer)
    }
    const cancel = realClock.at(realClock.now() + 1_000, () => end())
    socket.once("message", (message) => end(message.toString("utf8")))
    // The port is still closed: nothing comes then.
    socket.on("error", () => {})
    socket.send(text, port, address)
  })

/** The addresses that a VPC's resolver has for a name. */
export const addressesOf = (resolverAddress: string, name: string): Promise<string[]> => {
  const resolver = new Resolver()
  resolver.setServers([resolverAddress])
  return eventually(`${resolverAddress} knows ${name}`, () => resolver.resolve4(name).catch(() => undefined))
}

/** A user of load balancers. */
export const balancerUser = (endpoint: string, ec2: EC2Client, region = "us-east-1") => {
  const config = { endpoint, region, credentials: { accessKeyId: "000000000000", secretAccessKey: "test" } }
  const elb = new ElasticLoadBalancingV2Client(config)
  const acm = new ACMClient(config)
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
    /** A certificate of this installation's own authority. */
    certificate: async (DomainName: string): Promise<string> => {
      const { CertificateArn = "" } = await acm.send(new RequestCertificateCommand({ DomainName }))
      await eventually(`${CertificateArn} is issued`, async () => {
        const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }))
        return Certificate?.Status === "ISSUED" ? true : undefined
      })
      return CertificateArn
    },
    /** A target group of addresses with these in it. */
    group: async (
      name: string,
      port: number,
      addresses: readonly string[],
      Protocol: ProtocolEnum = "HTTP",
    ): Promise<string> => {
      const { TargetGroups } = await elb.send(
        new CreateTargetGroupCommand({
          ...{
            Name: name,
            Protocol,
            Port: port,
            VpcId: await vpc(),
            TargetType: "ip",
          },
          ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 3, HealthyThresholdCount: 2 },
        }),
      )
      const arn = TargetGroups?.[0]?.TargetGroupArn ?? ""
      const Targets = addresses.map((Id) => ({ Id, Port: port }))
      if (Targets.length > 0) await elb.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }))
      return arn
    },
    balancer: async (
      name: string,
      Type: "application" | "network" = "application",
    ): Promise<{ arn: string; name: string }> => {
      const { LoadBalancers } = await elb.send(
        new CreateLoadBalancerCommand({ Name: name, Type, Subnets: await subnets() }),
      )
      const [made] = LoadBalancers ?? []
      return { arn: made?.LoadBalancerArn ?? "", name: made?.DNSName ?? "" }
    },
    /** A listener that forwards everything to the group; of HTTP unless `more` says so. */
    listener: async (
      balancer: string,
      port: number,
      group: string,
      more: Partial<CreateListenerCommandInput> = {},
    ): Promise<string> => {
      const { Listeners } = await elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: balancer,
          Protocol: "HTTP",
          Port: port,
          DefaultActions: [{ Type: "forward", TargetGroupArn: group }],
          ...more,
        }),
      )
      return Listeners?.[0]?.ListenerArn ?? ""
    },
    removeListener: (ListenerArn: string) => elb.send(new DeleteListenerCommand({ ListenerArn })),
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
    close: () => {
      elb.destroy()
      acm.destroy()
    },
  }
}
