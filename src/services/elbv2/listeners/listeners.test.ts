import assert from "node:assert/strict"
import { test } from "node:test"
import { type Balancing, balancing, forwardTo, notFoundAction, scope } from "../../../../test/support/elbv2.ts"

/** A certificate of ACM as its service would have made it. */
const certificate = ({ state }: Balancing, id: string, status: "ISSUED" | "PENDING_VALIDATION" = "ISSUED"): string => {
  const arn = `arn:aws:acm:${scope.region}:${scope.account}:certificate/${id}`
  const names = ["example.com"]
  state.transact((tx) =>
    tx.certificates.insert({
      ...scope,
      ...{ arn, status, names, tags: [], type: "AMAZON_ISSUED", domainName: "example.com" },
      ...{ keyAlgorithm: "RSA_2048", createdAt: 0 },
    }),
  )
  return arn
}

const secure = (CertificateArn: string) =>
  ({ Protocol: "HTTPS", Port: 443, Certificates: [{ CertificateArn }] }) as const

test("a listener has the protocols of its load balancer, and says so in AWS's words", async () => {
  const b = balancing()
  const app = await b.loadBalancer()
  const net = await b.loadBalancer({ Type: "network" })
  const make = (LoadBalancerArn: string, more: object) => ({
    LoadBalancerArn,
    DefaultActions: [notFoundAction],
    ...more,
  })
  await b.refuses(
    "CreateListener",
    make(app, { Protocol: "HTTP" }),
    "ValidationError",
    "A listener port must be specified",
  )
  await b.refuses("CreateListener", make(app, { Port: 80 }), "ValidationError", "A listener protocol must be specified")
  await b.refuses(
    "CreateListener",
    make(app, { Port: 80, Protocol: "TCP" }),
    "ValidationError",
    "Listener protocol 'TCP' must be one of 'HTTPS, HTTP'",
  )
  await b.refuses(
    "CreateListener",
    make(net, { Port: 80, Protocol: "HTTP" }),
    "ValidationError",
    "Listener protocol 'HTTP' must be one of 'TLS, TCP, TCP_UDP, UDP'",
  )
  await b.refuses(
    "CreateListener",
    make(app, { Port: 80, Protocol: "TPC" }),
    "ValidationError",
    /Member must satisfy enum value set: \[HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP, GENEVE, QUIC, TCP_QUIC\]$/,
  )
  await b.refuses("CreateListener", make(app, { Port: 0, Protocol: "HTTP" }), "ValidationError", /at 'port'/)
  await b.refuses(
    "CreateListener",
    make(net, { Port: 80, Protocol: "TCP" }),
    "InvalidLoadBalancerAction",
    /type 'network'/,
  )
})

test("a port is taken once; the same listener again is the one that is there", async () => {
  const b = balancing()
  const LoadBalancerArn = await b.loadBalancer()
  const arn = await b.listener(LoadBalancerArn)
  assert.equal(await b.listener(LoadBalancerArn), arn)
  const other = {
    LoadBalancerArn,
    Port: 80,
    Protocol: "HTTP",
    DefaultActions: [{ ...notFoundAction, Order: 1 }],
  } as const
  await b.refuses(
    "CreateListener",
    other,
    "DuplicateListener",
    `A listener already exists on this port for this load balancer '${LoadBalancerArn}'`,
  )
})

test("a network load balancer listens on TCP and on UDP of one port, for groups of the same kind", async () => {
  const b = balancing()
  const LoadBalancerArn = await b.loadBalancer({ Type: "network" })
  const [tcp, udp, both, http] = [
    await b.targetGroup({ Protocol: "TCP" }),
    await b.targetGroup({ Protocol: "UDP" }),
    await b.targetGroup({ Protocol: "TCP_UDP" }),
    await b.targetGroup(),
  ]
  const wish = (Protocol: "TCP" | "UDP" | "TCP_UDP", group: string, Port = 53) => ({
    ...{ LoadBalancerArn, Protocol, Port, DefaultActions: [forwardTo(group)] },
  })
  await b.refuses(
    "CreateListener",
    wish("TCP", http),
    "IncompatibleProtocols",
    `The listener and its associated target group '${http}' have incompatible protocols: 'TCP' and 'HTTP'`,
  )
  await b.refuses("CreateListener", wish("TCP_UDP", tcp), "IncompatibleProtocols")
  await b.call("CreateListener", wish("TCP", tcp))
  await b.call("CreateListener", wish("UDP", udp))
  await b.refuses("CreateListener", wish("TCP_UDP", both), "DuplicateListener")
  await b.call("CreateListener", wish("TCP_UDP", both, 54))
})

test("an HTTPS listener has one certificate, which is issued, and a security policy", async () => {
  const b = balancing()
  const LoadBalancerArn = await b.loadBalancer()
  const arn = certificate(b, "a")
  const make = (more: object) =>
    ({ LoadBalancerArn, Port: 443, Protocol: "HTTPS", DefaultActions: [notFoundAction], ...more }) as const
  await b.refuses("CreateListener", make({}), "ValidationError", "A certificate must be specified for HTTPS listeners")
  const unknown = "arn:aws:iam::123456789012:server-certificate/x"
  await b.refuses("CreateListener", make(secure(unknown)), "CertificateNotFound", `Certificate '${unknown}' not found`)
  await b.refuses("CreateListener", make(secure(certificate(b, "p", "PENDING_VALIDATION"))), "UnsupportedCertificate")
  await b.refuses("CreateListener", make({ ...secure(arn), SslPolicy: "x" }), "SSLPolicyNotFound", "Policy x not found")
  await b.refuses(
    "CreateListener",
    make({ ...secure(arn), Protocol: "HTTP" }),
    "ValidationError",
    /for HTTP listeners$/,
  )
  await b.refuses(
    "CreateListener",
    make({ ...secure(arn), MutualAuthentication: { Mode: "verify" } }),
    "NotImplemented",
  )
  const { Listeners: [made] = [] } = await b.call("CreateListener", make(secure(arn)))
  assert.deepEqual([made?.Certificates, made?.SslPolicy], [[{ CertificateArn: arn }], "ELBSecurityPolicy-2016-08"])
  assert.deepEqual(made?.MutualAuthentication, { Mode: "off" })
  await b.refuses(
    "CreateRule",
    {
      ListenerArn: made?.ListenerArn,
      Priority: 1,
      Conditions: [{ Field: "path-pattern", Values: ["/a"] }],
      Actions: [
        { Type: "authenticate-oidc", Order: 1 },
        { ...notFoundAction, Order: 2 },
      ],
    },
    "NotImplemented",
  )
})

test("further certificates are added and removed, and the default one stays", async () => {
  const b = balancing()
  const [first, second, third] = [certificate(b, "1"), certificate(b, "2"), certificate(b, "3")]
  const ListenerArn = await b.listener(await b.loadBalancer(), secure(first))
  const of = (...arns: string[]) => ({ ListenerArn, Certificates: arns.map((CertificateArn) => ({ CertificateArn })) })
  assert.deepEqual(await b.call("AddListenerCertificates", of(second)), {
    Certificates: [{ CertificateArn: second, IsDefault: false }],
  })
  const listed = async () =>
    (await b.call("DescribeListenerCertificates", { ListenerArn })).Certificates?.map(
      ({ CertificateArn, IsDefault }) => `${CertificateArn?.at(-1)} ${IsDefault}`,
    )
  assert.deepEqual(await listed(), ["1 true", "2 false"])
  await b.call("ModifyListener", { ListenerArn, Certificates: [{ CertificateArn: third }] })
  assert.deepEqual(await listed(), ["3 true", "2 false"])
  await b.refuses("RemoveListenerCertificates", of(third), "OperationNotPermitted")
  await b.call("RemoveListenerCertificates", of(second))
  assert.deepEqual(await listed(), ["3 true"])
  await b.refuses(
    "AddListenerCertificates",
    of("arn:aws:acm:us-east-1:123456789012:certificate/none"),
    "CertificateNotFound",
  )
  for (let i = 0; i < 25; i++) await b.call("AddListenerCertificates", of(certificate(b, `m${i}`)))
  await b.refuses(
    "AddListenerCertificates",
    of(certificate(b, "more")),
    "TooManyCertificates",
    "You've reached the limit on the number of certificates per load balancer",
  )
})

test("a modified listener keeps what was not named, and what a new protocol has no use for is gone", async () => {
  const b = balancing()
  const LoadBalancerArn = await b.loadBalancer()
  const arn = certificate(b, "a")
  const ListenerArn = await b.listener(LoadBalancerArn, secure(arn))
  await b.listener(LoadBalancerArn, { Port: 81 })
  const group = await b.targetGroup()
  const { Listeners: [first] = [] } = await b.call("ModifyListener", {
    ListenerArn,
    DefaultActions: [forwardTo(group)],
  })
  assert.deepEqual([first?.Protocol, first?.Port, first?.Certificates?.length], ["HTTPS", 443, 1])
  await b.refuses("ModifyListener", { ListenerArn, Port: 81 }, "DuplicateListener")
  const { Listeners: [plain] = [] } = await b.call("ModifyListener", { ListenerArn, Protocol: "HTTP", Port: 80 })
  assert.deepEqual(
    [plain?.Protocol, plain?.Port, plain?.Certificates, plain?.SslPolicy, plain?.DefaultActions?.[0]?.TargetGroupArn],
    ["HTTP", 80, undefined, undefined, group],
  )
  await b.refuses(
    "ModifyListener",
    { ListenerArn, Protocol: "HTTPS" },
    "ValidationError",
    /A certificate must be specified/,
  )
  await b.call("DeleteListener", { ListenerArn })
  await b.refuses("DeleteListener", { ListenerArn }, "ListenerNotFound", "One or more listeners not found")
  await b.call("DeleteTargetGroup", { TargetGroupArn: group })
})

test("listeners are found by ARN and by load balancer, one of the two", async () => {
  const b = balancing()
  const LoadBalancerArn = await b.loadBalancer()
  const arns = [await b.listener(LoadBalancerArn), await b.listener(LoadBalancerArn, { Port: 81 })]
  const all = await b.call("DescribeListeners", { LoadBalancerArn })
  assert.deepEqual(
    all.Listeners?.map(({ ListenerArn }) => ListenerArn),
    arns,
  )
  await b.refuses(
    "DescribeListeners",
    {},
    "ValidationError",
    "You must specify either listener ARNs or a load balancer ARN",
  )
  await b.refuses(
    "DescribeListeners",
    { ListenerArns: [`${arns[0]}0`] },
    "ListenerNotFound",
    "One or more listeners not found",
  )
  await b.refuses("DescribeListeners", { LoadBalancerArn: `${LoadBalancerArn}0` }, "LoadBalancerNotFound")
})

test("groups of gRPC and HTTP/2 are behind HTTPS listeners only", async () => {
  const b = balancing()
  const LoadBalancerArn = await b.loadBalancer()
  const group = await b.targetGroup({ ProtocolVersion: "GRPC" })
  const DefaultActions = [forwardTo(group)]
  await b.refuses(
    "CreateListener",
    { LoadBalancerArn, Port: 80, Protocol: "HTTP", DefaultActions },
    "InvalidConfigurationRequest",
    "Listener protocol 'HTTP' is not supported with a target group with the protocol-version 'GRPC'",
  )
  await b.listener(LoadBalancerArn, { ...secure(certificate(b, "a")), DefaultActions })
})

test("a load balancer has fifty listeners at most", async () => {
  const b = balancing()
  const balancer = await b.loadBalancer()
  for (let i = 0; i < 50; i++) await b.listener(balancer, { Port: 100 + i })
  const more = { LoadBalancerArn: balancer, Protocol: "HTTP", Port: 99, DefaultActions: [notFoundAction] } as const
  const words = `The maximum number of listeners per load balancer '50' has been reached on load balancer '${balancer}'`
  await b.refuses("CreateListener", more, "TooManyListeners", words)
})

test("an ARN of another account or region is none", async () => {
  const b = balancing()
  const balancer = await b.loadBalancer()
  const other = balancer.replace("us-east-1", "eu-west-1")
  const words = `'${other}' is not a valid load balancer ARN`
  await b.refuses("DescribeLoadBalancers", { LoadBalancerArns: [other] }, "ValidationError", words)
  await b.refuses("DeleteLoadBalancer", { LoadBalancerArn: other }, "ValidationError", words)
})
