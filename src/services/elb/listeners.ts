// Listeners of a load balancer: which may be, and how they are added, removed and given another certificate.
import type { Listener } from "@aws-sdk/client-elastic-load-balancing"
import type { Op, ReadCx } from "../../gate/index.ts"
import { fault, parseArn } from "../../kernel/index.ts"
import { defaultTlsPolicy } from "../../protocol/index.ts"
import type { ClassicListener, ClassicLoadBalancerRow, ClassicPolicy } from "../../state/index.ts"
import { checkPort, invalid, misconfigured } from "./checks.ts"
import { balancerOf, keyOf } from "./find.ts"
import { limits } from "./limits.ts"
import { tlsPolicy } from "./policy-types.ts"

type Protocol = ClassicListener["protocol"]

const protocols = ["HTTP", "HTTPS", "TCP", "SSL"] as const

/** AWS takes protocols in any case. The texts of this file without a source are from memory. */
const protocolOf = (text: string | undefined): Protocol => {
  const found = protocols.find((one) => one === text?.toUpperCase())
  if (!found)
    throw fault("UnsupportedProtocol", `The protocol ${text ?? ""} is not supported: use HTTP, HTTPS, TCP or SSL`)
  return found
}

const isHttp = (protocol: Protocol): boolean => protocol === "HTTP" || protocol === "HTTPS"
export const isSecure = (protocol: Protocol): boolean => protocol === "HTTPS" || protocol === "SSL"

/** A certificate of Certificate Manager that has been issued. IAM keeps no server certificates here. */
const certificateAt = (cx: ReadCx, arn: string): string => {
  const row = cx.tx.certificates.get(arn)
  const isOurs = row?.account === cx.scope.account && row.region === cx.scope.region
  if (!isOurs || row.status === "PENDING_VALIDATION" || row.status === "FAILED" || parseArn(arn)?.service !== "acm") {
    throw fault("CertificateNotFound", `Server Certificate not found for the key: ${arn}`)
  }
  return arn
}

/** A listener as it is asked for. */
export const listenerOf = (cx: ReadCx, wire: Listener, i: number): ClassicListener => {
  const at = `listeners.${i + 1}.member`
  const port = checkPort(`${at}.loadBalancerPort`, wire.LoadBalancerPort)
  const instancePort = checkPort(`${at}.instancePort`, wire.InstancePort)
  const protocol = protocolOf(wire.Protocol)
  const instanceProtocol = wire.InstanceProtocol ? protocolOf(wire.InstanceProtocol) : isHttp(protocol) ? "HTTP" : "TCP"
  if (isHttp(protocol) !== isHttp(instanceProtocol)) {
    throw invalid("InstanceProtocol must be of the same layer as Protocol: HTTP and HTTPS, or TCP and SSL")
  }
  const { SSLCertificateId: certificate } = wire
  if (isSecure(protocol) && !certificate) throw invalid(`SSLCertificateId is required for the protocol ${protocol}`)
  return {
    ...{ port, protocol, instancePort, instanceProtocol },
    ...(certificate && isSecure(protocol) && { certificate: certificateAt(cx, certificate) }),
    policies: isSecure(protocol) ? [defaultTlsPolicy] : [],
  }
}

/** AWS: what speaks to one port of the instances speaks securely, or does not. */
const checkBackends = (all: readonly ClassicListener[]): void => {
  const secure = new Map<number, boolean>()
  for (const { instancePort, instanceProtocol } of all) {
    const known = secure.get(instancePort)
    if (known !== undefined && known !== isSecure(instanceProtocol)) {
      throw misconfigured(`The listeners with the instance port ${instancePort} must all be secure, or none of them`)
    }
    secure.set(instancePort, isSecure(instanceProtocol))
  }
}

const isSame = (a: ClassicListener, b: ClassicListener): boolean =>
  a.protocol === b.protocol &&
  a.instancePort === b.instancePort &&
  a.instanceProtocol === b.instanceProtocol &&
  a.certificate === b.certificate

/** Adds listeners; one that is there already in the same form is left as it is. Text of AWS, as moto's tests have it. */
export const withListeners = (
  name: string,
  old: readonly ClassicListener[],
  added: readonly ClassicListener[],
): readonly ClassicListener[] => {
  if (added.length === 0) throw invalid("Listeners cannot be empty")
  const all = [...old]
  for (const listener of added) {
    const known = all.find(({ port }) => port === listener.port)
    if (!known) all.push(listener)
    else if (!isSame(known, listener)) {
      throw fault(
        "DuplicateListener",
        `A listener already exists for ${name} with LoadBalancerPort ${listener.port}, but with a different InstancePort, Protocol, or SSLCertificateId`,
      )
    }
  }
  if (all.length > limits.listeners)
    throw misconfigured(`A load balancer can have at most ${limits.listeners} listeners`)
  checkBackends(all)
  return all
}

/** Secure listeners begin with a policy of AWS's, which the load balancer has from then on. */
export const withTlsPolicies = (
  old: readonly ClassicPolicy[],
  listeners: readonly ClassicListener[],
): readonly ClassicPolicy[] => {
  const isThere = old.some(({ name }) => name === defaultTlsPolicy)
  if (isThere || !listeners.some(({ policies }) => policies.includes(defaultTlsPolicy))) return old
  return [...old, tlsPolicy(defaultTlsPolicy)]
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerListeners.html */
export const CreateLoadBalancerListeners: Op<"elb", "CreateLoadBalancerListeners"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const added = (input.Listeners ?? []).map((wire, i) => listenerOf(cx, wire, i))
  const listeners = withListeners(row.name, row.listeners, added)
  cx.tx.classicLoadBalancers.patch(keyOf(row), { listeners, policies: withTlsPolicies(row.policies, listeners) })
  return {}
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeleteLoadBalancerListeners.html */
export const DeleteLoadBalancerListeners: Op<"elb", "DeleteLoadBalancerListeners"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const gone = new Set(input.LoadBalancerPorts)
  cx.tx.classicLoadBalancers.patch(keyOf(row), { listeners: row.listeners.filter(({ port }) => !gone.has(port)) })
  return {}
}

/** Changes one listener of a load balancer. */
export const changeListener = (
  row: ClassicLoadBalancerRow,
  port: number | undefined,
  change: (listener: ClassicListener) => ClassicListener,
): readonly ClassicListener[] => {
  const known = row.listeners.find((listener) => listener.port === port)
  if (!known) throw fault("ListenerNotFound", `There is no listener on port ${port} for load balancer ${row.name}`)
  const changed = change(known)
  return row.listeners.map((listener) => (listener === known ? changed : listener))
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerListenerSSLCertificate.html */
export const SetLoadBalancerListenerSSLCertificate: Op<"elb", "SetLoadBalancerListenerSSLCertificate"> = (
  cx,
  input,
) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const listeners = changeListener(row, input.LoadBalancerPort, (listener) => {
    if (!isSecure(listener.protocol)) throw misconfigured(`The listener on port ${listener.port} is not HTTPS or SSL`)
    return { ...listener, certificate: certificateAt(cx, input.SSLCertificateId ?? "") }
  })
  cx.tx.classicLoadBalancers.patch(keyOf(row), { listeners })
  return {}
}
