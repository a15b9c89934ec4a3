// Builders of what the control plane tells a proxy: valid as they are, with what a test is about handed in.
import type {
  BalancerConfiguration,
  CertificateConfiguration,
  ListenerConfiguration,
  PoolConfiguration,
  TargetConfiguration,
} from "../../src/protocol/index.ts"
import { type CertificateWishes, selfSigned } from "./certificate.ts"

export const aTarget = (id: string, over: Partial<TargetConfiguration> = {}): TargetConfiguration => ({
  id,
  address: "127.0.0.1",
  port: Number(id.slice(id.lastIndexOf(":") + 1)),
  draining: false,
  registeredAt: 0,
  ...over,
})

/** Nobody checks its targets: they are healthy. */
export const aPool = (over: Partial<PoolConfiguration> = {}): PoolConfiguration => ({
  id: "arn:pool",
  label: "targetgroup/web/0123456789abcdef",
  protocol: "TCP",
  protocolVersion: "HTTP1",
  attributes: {},
  targets: [],
  ...over,
})

export const aHealthCheck = (over: Partial<NonNullable<PoolConfiguration["healthCheck"]>> = {}) => ({
  enabled: true,
  protocol: "HTTP" as const,
  path: "/",
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
  userAgent: "ELB-HealthChecker/2.0",
  ...over,
})

/** Forwards everything to one pool, or to several by weight. */
export const aListener = (over: Partial<ListenerConfiguration> = {}, ...pools: string[]): ListenerConfiguration => ({
  id: "arn:listener",
  protocol: "TCP",
  port: 80,
  attributes: {},
  rules: [
    {
      id: "arn:rule",
      priority: 0,
      conditions: [],
      action: {
        type: "forward",
        pools: (pools.length > 0 ? pools : ["arn:pool"]).map((pool) => ({ pool, weight: 1 })),
      },
    },
  ],
  ...over,
})

export const aBalancer = (over: Partial<BalancerConfiguration> = {}): BalancerConfiguration => ({
  id: "arn:balancer",
  kind: "network",
  name: "edge",
  account: "000000000000",
  region: "us-east-1",
  label: "net/edge/0123456789abcdef",
  dnsName: "edge.elb.us-east-1.localhost",
  nodes: [{ address: "127.0.0.1", zone: "us-east-1a" }],
  attributes: {},
  listeners: [],
  ...over,
})

export const aCertificate = (arn: string, wishes: CertificateWishes = {}): CertificateConfiguration => {
  const { cert, key } = selfSigned(undefined, wishes)
  return { arn, certificate: cert, privateKey: key, names: wishes.names ?? ["localhost"] }
}
