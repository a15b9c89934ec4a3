// Between the control plane and a proxy: whole, versioned configurations one way, reports the other, as lines of JSON over
// a unix socket in the run folder. The control plane listens, as it is the one that every proxy of this machine looks for
// (`up` lets only one live, which removes a socket that was left behind); proxies connect, and connect again for as long as
// they live. A proxy keeps what it was told last, and carries traffic while nobody speaks to it.
import { join } from "node:path"

/** The socket in the (0700) run folder on which the control plane waits for proxies. */
export const proxiesSocket = (runFolder: string): string => join(runFolder, "proxies.sock")

/** No line of either side is longer, in bytes; a proxy splits reports that would be. */
export const longestProxyLine = 64 * 1024 * 1024

/**
 * The first thing that a proxy says on each connection: which of the machine's places it stands in. Then everything it
 * knows: what it has applied (if anything), which ways are open, the health of every target. The control plane answers with
 * a configuration, and with another one after each change; one that says the same as before closes nothing.
 * Of two proxies that name the same machine the one that came last is spoken to.
 */
export interface ProxyHello {
  readonly type: "hello"
  /** The id of the machine whose networks it is in: that of the host's own pool, or of a machine apart. */
  readonly machineId: string
}

/** All that one proxy is to do. It applies the newest version that it has seen and drops older ones. */
export interface ProxyConfiguration {
  /** Grows with each one that the control plane sends; begins anew only together with `epoch`. */
  readonly version: number
  /** Of the control plane's life: another one counts its versions from the start. */
  readonly epoch: string
  readonly balancers: readonly BalancerConfiguration[]
  readonly pools: readonly PoolConfiguration[]
}

/** A load balancer, classic ones and interface endpoints (which carry to another's network load balancer) among them. */
export interface BalancerConfiguration {
  /** Its ARN; of a classic one `classic/<account>/<region>/<name>`; of an endpoint its id. */
  readonly id: string
  readonly kind: "application" | "network" | "classic" | "endpoint"
  readonly name: string
  readonly account: string
  readonly region: string
  /** `app/<name>/<id>`, as metrics and access logs call it; of a classic one its name. */
  readonly label: string
  /** Lower case; ends in `.localhost`. */
  readonly dnsName: string
  /**
   * Where it is: one address in each of its subnets. It may come to the bridge after the configuration comes here: a proxy
   * that cannot listen on it tries again until it can.
   */
  readonly nodes: readonly NodeConfiguration[]
  /**
   * AWS's attributes by their keys, those with a default left out: `idle_timeout.timeout_seconds`. Those of classic ones
   * are said with the same keys.
   */
  readonly attributes: Readonly<Record<string, string>>
  readonly listeners: readonly ListenerConfiguration[]
}

export interface NodeConfiguration {
  /** An address of the VPC that is the load balancer's own. The supervisor puts it on the VPC's bridge (NetworkWish). */
  readonly address: string
  readonly zone: string
}

export type ListenerProtocol = "HTTP" | "HTTPS" | "TCP" | "TLS" | "UDP" | "TCP_UDP" | "SSL"

export interface ListenerConfiguration {
  /** The listener's ARN; of a classic one `<balancer>:<port>`. */
  readonly id: string
  readonly protocol: ListenerProtocol
  readonly port: number
  readonly attributes: Readonly<Record<string, string>>
  /** With HTTPS, TLS and SSL. */
  readonly tls?: TlsConfiguration
  /** In the order in which they are tried. The last one is the default: priority 0, without conditions. */
  readonly rules: readonly RuleConfiguration[]
}

export interface TlsConfiguration {
  /** AWS's name of the security policy; what it means is the proxy's table. */
  readonly policy: string
  /** The first one is the default; the others are chosen by the name that the client asks for. */
  readonly certificates: readonly CertificateConfiguration[]
  /** Of a network load balancer's TLS listener: AWS's name, `HTTP2Preferred`. */
  readonly alpnPolicy?: string
}

export interface CertificateConfiguration {
  readonly arn: string
  /** Certificate and chain, PEM. */
  readonly certificate: string
  /** PEM. */
  readonly privateKey: string
  /** The names that it is for; wildcards in the first label. */
  readonly names: readonly string[]
}

export interface RuleConfiguration {
  /** The rule's ARN. */
  readonly id: string
  /** 0: the default. */
  readonly priority: number
  /** All of them must hold. */
  readonly conditions: readonly ConditionConfiguration[]
  readonly transforms?: readonly TransformConfiguration[]
  readonly action: ActionConfiguration
}

/** Holds when one of the values does. Wildcards `*` and `?`; `regex` holds regular expressions instead. */
export type ConditionConfiguration =
  | { readonly field: "host-header" | "path-pattern"; readonly values: readonly string[]; readonly regex?: true }
  | { readonly field: "http-request-method" | "source-ip"; readonly values: readonly string[] }
  | {
      readonly field: "http-header"
      readonly name: string
      readonly values: readonly string[]
      readonly regex?: true
    }
  | {
      readonly field: "query-string"
      readonly values: readonly { readonly key?: string; readonly value: string }[]
    }

export interface TransformConfiguration {
  readonly type: "host-header-rewrite" | "url-rewrite"
  readonly rewrites: readonly { readonly regex: string; readonly replace: string }[]
}

export type ActionConfiguration =
  | {
      readonly type: "forward"
      readonly pools: readonly { readonly pool: string; readonly weight: number }[]
      /** Clients stay with the target group that they got first for so many seconds. */
      readonly stickySeconds?: number
    }
  | {
      readonly type: "redirect"
      readonly statusCode: 301 | 302
      readonly protocol: string
      readonly host: string
      readonly port: string
      readonly path: string
      readonly query: string
    }
  | {
      readonly type: "fixed-response"
      readonly statusCode: number
      readonly contentType?: string
      readonly body?: string
    }

/**
 * A target group; of a classic load balancer the instances behind one of its listeners. A classic one has a further pool,
 * with its own id: no rule leads to it, and its health check is that of all the others.
 */
export interface PoolConfiguration {
  /** The target group's ARN; of a classic listener `<balancer>#<listener port>`. */
  readonly id: string
  /** `targetgroup/<name>/<id>`. */
  readonly label: string
  readonly protocol: ListenerProtocol
  /** How targets of an application load balancer are spoken to. */
  readonly protocolVersion: "HTTP1" | "HTTP2" | "GRPC"
  /**
   * AWS's attributes by their keys, those with a default left out. Those of classic ones are said with the same keys, but
   * for `stickiness`, and `proxy_protocol_v1.enabled` by a policy of the instance port.
   */
  readonly attributes: Readonly<Record<string, string>>
  /** Of a classic listener's policy. */
  readonly stickiness?:
    | { readonly type: "lb_cookie"; readonly seconds?: number }
    | { readonly type: "app_cookie"; readonly name: string }
  /** Its targets are as healthy as those of that pool with the same ids, which is checked. */
  readonly healthOf?: string
  readonly healthCheck?: HealthCheckConfiguration
  readonly targets: readonly TargetConfiguration[]
}

export interface HealthCheckConfiguration {
  readonly enabled: boolean
  readonly protocol: "HTTP" | "HTTPS" | "TCP" | "SSL"
  /** Absent: each target's own. */
  readonly port?: number
  readonly path: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** `200-299,301`, of GRPC the codes of gRPC. */
  readonly matcher: string
  /** Speaks gRPC: `path` is the method. */
  readonly grpc?: true
  /** `ELB-HealthChecker/2.0`, of classic ones 1.0. */
  readonly userAgent: string
}

export interface TargetConfiguration {
  /**
   * Unique in its pool: `<target id>:<port>`, as DescribeTargetHealth has both. Of a classic load balancer `<instance id>:0`
   * in all of its pools.
   */
  readonly id: string
  /** Where it answers. Absent while it has no address (an instance that does not run): it is neither checked nor used. */
  readonly address?: string
  readonly port: number
  /** Absent: in every zone (`all`). */
  readonly zone?: string
  /** It gets no new connections and requests; what is under way goes on. */
  readonly draining: boolean
  /** When it was registered, milliseconds of the wall clock: slow start begins with its first good health. */
  readonly registeredAt: number
}

export type ToProxy = { readonly type: "configuration"; readonly configuration: ProxyConfiguration }

export type TargetHealthState = "initial" | "healthy" | "unhealthy" | "unavailable"

/** What a proxy observed of a target. */
export interface HealthReport {
  readonly pool: string
  readonly target: string
  readonly state: TargetHealthState
  /** AWS's reason code, `Target.Timeout`, and description, where the state has them. */
  readonly reason?: string
  readonly description?: string
}

/** Whether one of a load balancer's ways in is open. */
export interface ListeningReport {
  readonly balancer: string
  readonly listener: string
  /**
   * `address`: all of its own addresses; one that cannot be had makes it `failed`. `localhost`: the loopback of this machine,
   * by its name.
   */
  readonly way: "address" | "localhost"
  readonly status: "open" | "failed"
  /** `Port 80 of 127.0.0.1 is taken by another program.` */
  readonly reason?: string
}

/** What was counted in a minute: AWS's metric, its dimensions, and the values as a set. */
export interface MetricReport {
  /** `AWS/ApplicationELB`. */
  readonly namespace: string
  readonly account: string
  readonly region: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  /** The beginning of the minute, milliseconds of the wall clock. */
  readonly at: number
  readonly unit: string
  readonly sum: number
  readonly count: number
  readonly minimum: number
  readonly maximum: number
}

export type FromProxy =
  | ProxyHello
  | { readonly type: "applied"; readonly version: number; readonly epoch: string }
  | { readonly type: "listening"; readonly reports: readonly ListeningReport[] }
  /** Each change, and after a hello all that is known. */
  | { readonly type: "health"; readonly reports: readonly HealthReport[] }
  | { readonly type: "metrics"; readonly reports: readonly MetricReport[] }
