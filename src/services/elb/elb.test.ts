import assert from "node:assert/strict"
import { test } from "node:test"
import { anInstance } from "../../../test/support/rows.ts"
import { scope, serviceHarness } from "../../../test/support/service-harness.ts"
import { classicKey, defaultVpcId, ensureDefaultVpc, targetKey } from "../../state/index.ts"
import { elb } from "./index.ts"

const http = { Protocol: "http", LoadBalancerPort: 80, InstancePort: 8080 }
const secure = { Protocol: "HTTPS", LoadBalancerPort: 443, InstanceProtocol: "HTTP", InstancePort: 8080 }
const LoadBalancerName = "old"
const zone = "us-east-1a"
const certificate = `arn:aws:acm:us-east-1:${scope.account}:certificate/11111111-1111-4111-8111-111111111111`

const harness = () => {
  const made = serviceHarness("elb", [elb], { loops: [] })
  const vpcId = defaultVpcId(scope)
  const subnets = made.state.transact((tx) => {
    ensureDefaultVpc(tx, scope)
    tx.certificates.insert({
      ...{ ...scope, arn: certificate, tags: [], type: "IMPORTED", status: "ISSUED", domainName: "a.example.com" },
      ...{ names: [], keyAlgorithm: "EC_prime256v1", createdAt: 0 },
    })
    return tx.subnets.by("vpc", `${scope.account}/${scope.region}/${vpcId}`)
  }).value
  const create = (more: object = {}) =>
    made.call("CreateLoadBalancer", { LoadBalancerName, Listeners: [http], AvailabilityZones: [zone], ...more })
  const described = async () => {
    const { LoadBalancerDescriptions: all } = await made.call("DescribeLoadBalancers", {})
    assert.equal(all?.length, 1)
    return all[0] ?? assert.fail()
  }
  /** A running instance in a zone; answers its id. */
  const instance = (id: string, availabilityZone = zone): string => {
    made.state.transact((tx) => tx.instances.insert(anInstance({ ...scope, id, vpcId, availabilityZone })))
    return id
  }
  const register = (...ids: readonly string[]) =>
    made.call("RegisterInstancesWithLoadBalancer", {
      LoadBalancerName,
      Instances: ids.map((InstanceId) => ({ InstanceId })),
    })
  const health = async (...ids: readonly string[]) => {
    const Instances = ids.map((InstanceId) => ({ InstanceId }))
    const { InstanceStates } = await made.call("DescribeInstanceHealth", { LoadBalancerName, Instances })
    return InstanceStates?.map(({ State, ReasonCode, Description }) => [State, ReasonCode, Description])
  }
  return { ...made, subnets, vpcId, create, described, instance, register, health }
}

test("a new load balancer has AWS's defaults", async () => {
  const { create, described, call, vpcId, subnets } = harness()
  const { DNSName } = await create()
  assert.match(DNSName ?? "", /^old-\d{10}\.us-east-1\.elb\.localhost$/)
  const one = await described()
  assert.deepEqual([one.DNSName, one.Scheme, one.VPCId], [DNSName, "internet-facing", vpcId])
  assert.deepEqual(
    [one.AvailabilityZones, one.Subnets],
    [[zone], subnets.filter((subnet) => subnet.availabilityZone === zone).map(({ id }) => id)],
  )
  assert.deepEqual(one.HealthCheck, {
    ...{ Target: "TCP:8080", Interval: 30, Timeout: 5, UnhealthyThreshold: 2, HealthyThreshold: 10 },
  })
  const [listener] = one.ListenerDescriptions ?? []
  assert.deepEqual(listener, {
    Listener: { Protocol: "HTTP", LoadBalancerPort: 80, InstanceProtocol: "HTTP", InstancePort: 8080 },
    PolicyNames: [],
  })
  assert.equal(one.SourceSecurityGroup?.GroupName, "default")
  assert.deepEqual(await call("DescribeLoadBalancerAttributes", { LoadBalancerName }), {
    LoadBalancerAttributes: {
      CrossZoneLoadBalancing: { Enabled: false },
      AccessLog: { Enabled: false },
      ConnectionDraining: { Enabled: false, Timeout: 300 },
      ConnectionSettings: { IdleTimeout: 60 },
      AdditionalAttributes: [{ Key: "elb.http.desyncmitigationmode", Value: "defensive" }],
    },
  })
})

test("an internal one says so in its name, and a name is taken once", async () => {
  const { create, refuses } = harness()
  const { DNSName } = await create({ Scheme: "internal" })
  assert.match(DNSName ?? "", /^internal-old-\d{10}\./)
  await refuses(
    "CreateLoadBalancer",
    { LoadBalancerName, Listeners: [http], AvailabilityZones: [zone] },
    "DuplicateLoadBalancerName",
    "The specified load balancer name already exists for this account: old",
  )
})

test("what cannot be is refused before anything is made", async () => {
  const { create, state, subnets } = harness()
  const codes = async (...inputs: readonly object[]) => {
    const found: unknown[] = []
    for (const input of inputs) {
      const thrown: unknown = await create(input).then(
        () => assert.fail(),
        (error: unknown) => error,
      )
      found.push(Reflect.get(Object(thrown), "code"))
    }
    return found
  }
  const [a] = subnets
  assert.deepEqual(
    await codes(
      { Listeners: [] },
      { LoadBalancerName: "-a" },
      { Scheme: "public" },
      { AvailabilityZones: [] },
      { Subnets: [a?.id] },
      { AvailabilityZones: [], Subnets: ["subnet-none"] },
      { AvailabilityZones: ["us-east-1q"] },
      { SecurityGroups: ["sg-none"] },
      { Listeners: [{ ...http, Protocol: "UDP" }] },
      { Listeners: [{ ...http, InstanceProtocol: "TCP" }] },
      { Listeners: [{ ...http, LoadBalancerPort: 0 }] },
      { Listeners: [{ ...secure }] },
      { Listeners: [{ ...secure, SSLCertificateId: certificate.replace(/.$/, "2") }] },
      { Listeners: [http, { ...http, InstancePort: 81 }] },
      { Tags: [{ Key: "a" }, { Key: "a" }] },
    ),
    [
      ...["ValidationError", "ValidationError", "InvalidScheme", "ValidationError", "ValidationError"],
      ...["SubnetNotFound", "ValidationError", "InvalidSecurityGroup", "UnsupportedProtocol", "ValidationError"],
      ...["ValidationError", "ValidationError", "CertificateNotFound", "DuplicateListener", "DuplicateTagKeys"],
    ],
  )
  assert.equal(
    state.view((view) => view.classicLoadBalancers.size),
    0,
  )
})

test("a secure listener gets a security policy of AWS's, and another certificate or policy later", async () => {
  const { create, described, call } = harness()
  await create({ Listeners: [{ ...secure, SSLCertificateId: certificate }] })
  assert.deepEqual((await described()).ListenerDescriptions?.[0]?.PolicyNames, ["ELBSecurityPolicy-2016-08"])
  const port = { LoadBalancerName, LoadBalancerPort: 443 }
  await call("SetLoadBalancerListenerSSLCertificate", { ...port, SSLCertificateId: certificate })
  const PolicyAttributes = [
    { AttributeName: "Reference-Security-Policy", AttributeValue: "ELBSecurityPolicy-TLS-1-2-2017-01" },
  ]
  const policy = { LoadBalancerName, PolicyName: "new", PolicyTypeName: "SSLNegotiationPolicyType" }
  await call("CreateLoadBalancerPolicy", { ...policy, PolicyAttributes })
  await call("SetLoadBalancerPoliciesOfListener", { ...port, PolicyNames: ["new"] })
  const one = await described()
  assert.deepEqual(one.ListenerDescriptions?.[0]?.PolicyNames, ["new"])
  assert.deepEqual(one.Policies?.OtherPolicies, ["ELBSecurityPolicy-2016-08", "new"])
  await assert.rejects(
    call("CreateLoadBalancerPolicy", {
      ...{ ...policy, PolicyName: "custom" },
      PolicyAttributes: [{ AttributeName: "Protocol-TLSv1.1", AttributeValue: "true" }],
    }),
    { code: "InvalidConfigurationRequest" },
  )
})

test("a listener that is there in the same form may be asked for again, in another it is a duplicate", async () => {
  const { create, call, refuses, described } = harness()
  await create()
  await call("CreateLoadBalancerListeners", { LoadBalancerName, Listeners: [http] })
  await refuses(
    "CreateLoadBalancerListeners",
    { LoadBalancerName, Listeners: [{ ...http, InstancePort: 81 }] },
    "DuplicateListener",
    "A listener already exists for old with LoadBalancerPort 80, but with a different InstancePort, Protocol, or SSLCertificateId",
  )
  await call("CreateLoadBalancerListeners", { LoadBalancerName, Listeners: [{ ...http, LoadBalancerPort: 81 }] })
  await call("DeleteLoadBalancerListeners", { LoadBalancerName, LoadBalancerPorts: [80, 99] })
  assert.deepEqual(
    (await described()).ListenerDescriptions?.map(({ Listener }) => Listener?.LoadBalancerPort),
    [81],
  )
})

test("stickiness is for HTTP listeners, one policy each, and a policy in use is not deleted", async () => {
  const { create, call, described } = harness()
  await create({ Listeners: [http, { Protocol: "TCP", LoadBalancerPort: 25, InstancePort: 25 }] })
  const named = (PolicyName: string) => ({ LoadBalancerName, PolicyName })
  await call("CreateLBCookieStickinessPolicy", { ...named("lb"), CookieExpirationPeriod: 60 })
  await call("CreateAppCookieStickinessPolicy", { ...named("app"), CookieName: "sid" })
  await assert.rejects(call("CreateAppCookieStickinessPolicy", { ...named("app"), CookieName: "x" }), {
    code: "DuplicatePolicyName",
  })
  const set = (LoadBalancerPort: number, ...PolicyNames: string[]) =>
    call("SetLoadBalancerPoliciesOfListener", { LoadBalancerName, LoadBalancerPort, PolicyNames })
  await assert.rejects(set(80, "lb", "app"), { code: "InvalidConfigurationRequest" })
  await assert.rejects(set(25, "lb"), { code: "InvalidConfigurationRequest" })
  await assert.rejects(set(80, "none"), {
    code: "PolicyNotFound",
    message: "There is no policy with name none for load balancer old",
  })
  await assert.rejects(set(81, "lb"), { code: "ListenerNotFound" })
  await set(80, "lb")
  await assert.rejects(call("DeleteLoadBalancerPolicy", named("lb")), { code: "InvalidConfigurationRequest" })
  await call("DeleteLoadBalancerPolicy", named("app"))
  assert.deepEqual((await described()).Policies, {
    AppCookieStickinessPolicies: [],
    LBCookieStickinessPolicies: [{ PolicyName: "lb", CookieExpirationPeriod: 60 }],
    OtherPolicies: [],
  })
})

test("Proxy Protocol is put on a port of the instances", async () => {
  const { create, call, described } = harness()
  await create({ Listeners: [{ Protocol: "TCP", LoadBalancerPort: 25, InstancePort: 2525 }] })
  const PolicyAttributes = [{ AttributeName: "ProxyProtocol", AttributeValue: "true" }]
  const policy = { LoadBalancerName, PolicyName: "pp", PolicyTypeName: "ProxyProtocolPolicyType" }
  await call("CreateLoadBalancerPolicy", { ...policy, PolicyAttributes })
  const set = (InstancePort: number, ...PolicyNames: string[]) =>
    call("SetLoadBalancerPoliciesForBackendServer", { LoadBalancerName, InstancePort, PolicyNames })
  await assert.rejects(set(25, "pp"), { code: "InvalidConfigurationRequest" })
  await set(2525, "pp")
  assert.deepEqual((await described()).BackendServerDescriptions, [{ InstancePort: 2525, PolicyNames: ["pp"] }])
  await set(2525)
  assert.deepEqual((await described()).BackendServerDescriptions, [])
  const { PolicyTypeDescriptions: types } = await call("DescribeLoadBalancerPolicyTypes", {})
  assert.deepEqual(
    types?.map(({ PolicyTypeName }) => PolicyTypeName),
    [
      ...["SSLNegotiationPolicyType", "ProxyProtocolPolicyType"],
      ...["AppCookieStickinessPolicyType", "LBCookieStickinessPolicyType"],
    ],
  )
})

test("a health check says what AWS's says, or is refused", async () => {
  const { create, call } = harness()
  await create()
  const check = { Target: "http:8080/ping", Interval: 10, Timeout: 2, UnhealthyThreshold: 2, HealthyThreshold: 3 }
  const configure = (more: object = {}) =>
    call("ConfigureHealthCheck", { LoadBalancerName, HealthCheck: { ...check, ...more } })
  assert.deepEqual((await configure()).HealthCheck, { ...check, Target: "HTTP:8080/ping" })
  const wrong = [
    { Target: "UDP:1" },
    { Target: "HTTP:80" },
    { Target: "TCP:80/x" },
    { Target: "TCP:0" },
    { Timeout: 10 },
  ]
  for (const more of [...wrong, { Interval: 4 }, { HealthyThreshold: 11 }]) {
    await assert.rejects(configure(more), { code: "ValidationError" })
  }
})

test("instances are registered, seen in and out of service, and deregistered", async () => {
  const { create, state, instance, register, health, call, described } = harness()
  await create()
  const [a, b, elsewhere] = [instance("i-a"), instance("i-b"), instance("i-c", "us-east-1b")]
  assert.deepEqual((await register(a, elsewhere)).Instances, [{ InstanceId: a }, { InstanceId: elsewhere }])
  const registering = ["OutOfService", "ELB", "Instance registration is still in progress."]
  const unzoned =
    "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to."
  assert.deepEqual(await health(), [registering, ["OutOfService", "ELB", unzoned]])
  const groupArn = classicKey(scope, LoadBalancerName)
  const seen = (status: "healthy" | "unhealthy") =>
    state.transact((tx) => tx.targetHealth.put({ ...scope, groupArn, id: a, port: 0, state: status, since: 0 }))
  seen("healthy")
  assert.deepEqual(await health(a), [["InService", "N/A", "N/A"]])
  seen("unhealthy")
  const failed = "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."
  assert.deepEqual(await health(a), [["OutOfService", "Instance", failed]])
  const away = "Instance is not currently registered with the LoadBalancer."
  assert.deepEqual(await health(b), [["OutOfService", "Instance", away]])
  await assert.rejects(health("i-none"), { code: "InvalidInstance", message: "Could not find EC2 instance i-none." })
  await assert.rejects(register("i-none"), { code: "InvalidInstance" })
  const gone = { LoadBalancerName, Instances: [{ InstanceId: a }] }
  const left = await call("DeregisterInstancesFromLoadBalancer", gone)
  assert.deepEqual(left.Instances, [{ InstanceId: elsewhere }])
  assert.equal(
    state.view((view) => view.targetHealth.has(targetKey(groupArn, a, 0))),
    false,
  )
  assert.deepEqual((await described()).Instances, [{ InstanceId: elsewhere }])
})

test("with connection draining a deregistered instance drains, and is whole again when it is registered", async () => {
  const { create, state, instance, register, health, call, clock } = harness()
  await create()
  const id = instance("i-a")
  await register(id)
  const ConnectionDraining = { Enabled: true, Timeout: 60 }
  const changed = await call("ModifyLoadBalancerAttributes", {
    LoadBalancerName,
    LoadBalancerAttributes: { ConnectionDraining },
  })
  assert.deepEqual(changed, { LoadBalancerName, LoadBalancerAttributes: { ConnectionDraining } })
  await call("DeregisterInstancesFromLoadBalancer", { LoadBalancerName, Instances: [{ InstanceId: id }] })
  const target = () => state.view((view) => view.targets.get(targetKey(classicKey(scope, LoadBalancerName), id, 0)))
  assert.deepEqual(target()?.draining, { since: clock.now(), until: clock.now() + 60_000 })
  assert.deepEqual(await health(id), [["InService", "N/A", "Instance deregistration currently in progress."]])
  await register(id)
  assert.equal(target()?.draining, undefined)
})

test("attributes outside of their bounds are refused", async () => {
  const { create, call } = harness()
  await create()
  const modify = (LoadBalancerAttributes: object) =>
    call("ModifyLoadBalancerAttributes", { LoadBalancerName, LoadBalancerAttributes })
  await assert.rejects(modify({ ConnectionSettings: { IdleTimeout: 0 } }), { code: "ValidationError" })
  await assert.rejects(modify({ ConnectionDraining: { Enabled: true, Timeout: 3601 } }), { code: "ValidationError" })
  await assert.rejects(modify({ AdditionalAttributes: [{ Key: "x", Value: "y" }] }), {
    code: "LoadBalancerAttributeNotFound",
  })
  await assert.rejects(modify({ AccessLog: { Enabled: true } }), { code: "InvalidConfigurationRequest" })
  const logged = await modify({ AccessLog: { Enabled: true, S3BucketName: "logs" } })
  assert.deepEqual(logged.LoadBalancerAttributes, {
    AccessLog: { Enabled: true, S3BucketName: "logs", EmitInterval: 60 },
  })
  await modify({ AdditionalAttributes: [{ Key: "elb.http.desyncmitigationmode", Value: "strictest" }] })
})

test("a load balancer moves between zones and subnets, and keeps one", async () => {
  const { create, call, subnets } = harness()
  await create()
  const AvailabilityZones = ["us-east-1b"]
  const enabled = await call("EnableAvailabilityZonesForLoadBalancer", { LoadBalancerName, AvailabilityZones })
  assert.deepEqual(enabled.AvailabilityZones, [zone, "us-east-1b"])
  const disabled = await call("DisableAvailabilityZonesForLoadBalancer", {
    LoadBalancerName,
    AvailabilityZones: [zone],
  })
  assert.deepEqual(disabled.AvailabilityZones, ["us-east-1b"])
  await assert.rejects(call("DisableAvailabilityZonesForLoadBalancer", { LoadBalancerName, AvailabilityZones }), {
    code: "InvalidConfigurationRequest",
  })
  const [a] = subnets
  const attached = await call("AttachLoadBalancerToSubnets", { LoadBalancerName, Subnets: [a?.id ?? ""] })
  assert.equal(attached.Subnets?.length, 2)
  const detached = await call("DetachLoadBalancerFromSubnets", { LoadBalancerName, Subnets: [a?.id ?? ""] })
  assert.equal(detached.Subnets?.length, 1)
})

test("deleting is done once or twice with the same answer, and takes the registrations along", async () => {
  const { create, call, instance, register, state, refuses } = harness()
  await create()
  await register(instance("i-a"))
  await call("DeleteLoadBalancer", { LoadBalancerName })
  await call("DeleteLoadBalancer", { LoadBalancerName })
  assert.equal(
    state.view((view) => view.targets.size),
    0,
  )
  await refuses(
    "DescribeLoadBalancers",
    { LoadBalancerNames: [LoadBalancerName] },
    "LoadBalancerNotFound",
    "There is no ACTIVE Load Balancer named 'old'",
  )
})

test("tags are added, shown and removed, and lists come page by page", async () => {
  const { create, call } = harness()
  await create({ Tags: [{ Key: "a", Value: "1" }] })
  await create({ LoadBalancerName: "second" })
  await call("AddTags", { LoadBalancerNames: ["old", "second"], Tags: [{ Key: "b", Value: "2" }] })
  await call("RemoveTags", { LoadBalancerNames: ["old"], Tags: [{ Key: "a" }] })
  assert.deepEqual((await call("DescribeTags", { LoadBalancerNames: ["old"] })).TagDescriptions, [
    { LoadBalancerName: "old", Tags: [{ Key: "b", Value: "2" }] },
  ])
  const page = await call("DescribeLoadBalancers", { PageSize: 1 })
  const rest = await call("DescribeLoadBalancers", { Marker: page.NextMarker })
  assert.deepEqual(
    [page, rest].map(({ LoadBalancerDescriptions: all }) => all?.map((one) => one.LoadBalancerName)),
    [["old"], ["second"]],
  )
  const limits = await call("DescribeAccountLimits", {})
  assert.deepEqual(limits.Limits?.[0], { Name: "classic-load-balancers", Max: "20" })
})
