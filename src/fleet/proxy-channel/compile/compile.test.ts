import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { aListener, aLoadBalancer, aRule, aTarget, aTargetGroup } from "../../../../test/support/balancer-rows.ts"
import { certificate, instance, world } from "../../../../test/support/compile-world.ts"
import { scope, vpc } from "../../../../test/support/ecs-harness.ts"

describe("what a proxy is to do", () => {
  test("has the load balancers of VPCs whose network is on its machine, with a node in each subnet", () => {
    const { compile, change } = world()
    const [balancer] = compile().balancers
    assert.deepEqual(balancer, {
      id: aLoadBalancer().arn,
      kind: "application",
      name: "web",
      ...scope,
      label: balancer?.label,
      dnsName: "web-1.us-east-1.elb.localhost",
      nodes: [
        { address: "172.31.0.9", zone: "us-east-1a" },
        { address: "172.31.16.9", zone: "us-east-1b" },
      ],
      attributes: {},
      listeners: balancer?.listeners,
    })
    assert.match(balancer.label, /^app\/web\/[0-9a-f]{16}$/)
    change((tx) => tx.networks.patch(`${scope.account}/${scope.region}/${vpc.vpc.id}`, { machineId: "m-apart" }))
    assert.deepEqual(compile(), { balancers: [], pools: [] })
  })

  test("leaves out the node of a subnet that a load balancer is no longer in, and one without any node", () => {
    const { compile, change } = world()
    change((tx) => tx.loadBalancers.patch(aLoadBalancer().arn, { zones: aLoadBalancer().zones.slice(1) }))
    assert.deepEqual(
      compile().balancers[0]?.nodes.map(({ address }) => address),
      ["172.31.16.9"],
    )
    change((tx) => tx.loadBalancers.patch(aLoadBalancer().arn, { zones: [] }))
    assert.deepEqual(compile().balancers, [])
  })

  test("is the same objects for as long as nothing changes, and again but for what does", () => {
    const { compile, change } = world((tx) => {
      for (let n = 1; n <= 3; n += 1) tx.listenerRules.insert(aRule(n))
      for (const ip of ["172.31.0.50", "172.31.0.51"]) tx.targets.insert(aTarget(ip))
      tx.listeners.insert(aListener({ port: 81 }))
    })
    const first = compile()
    assert.equal(compile(), first)
    change((tx) => tx.targets.delete(`${aTargetGroup().arn} 172.31.0.50:8080`))
    const second = compile()
    assert.equal(second.balancers[0], first.balancers[0])
    assert.notEqual(second.pools[0], first.pools[0])
    assert.equal(second.pools[0]?.targets[0], first.pools[0]?.targets[1])
    change((tx) => tx.listenerRules.delete(aRule(2).arn))
    const third = compile()
    assert.equal(third.pools[0], second.pools[0])
    assert.equal(third.balancers[0]?.listeners[1], first.balancers[0]?.listeners[1])
    assert.notEqual(third.balancers[0]?.listeners[0], first.balancers[0]?.listeners[0])
  })
})

describe("the rules of a listener", () => {
  test("come in the order of their priorities, the default last", () => {
    const { compile } = world((tx) => {
      for (const priority of [200, 3, 50]) tx.listenerRules.insert(aRule(priority))
    })
    const rules = compile().balancers[0]?.listeners[0]?.rules ?? []
    assert.deepEqual(
      rules.map(({ priority }) => priority),
      [3, 50, 200, 0],
    )
    assert.deepEqual(rules.at(-1), {
      id: aListener().defaultRuleArn,
      priority: 0,
      conditions: [],
      action: { type: "forward", pools: [{ pool: aTargetGroup().arn, weight: 1 }] },
    })
  })

  test("have their conditions, in both forms that the API has", () => {
    const { compile } = world((tx) =>
      tx.listenerRules.insert(
        aRule(1, {
          conditions: [
            { Field: "host-header", Values: ["*.a.test"] },
            { Field: "path-pattern", PathPatternConfig: { RegexValues: ["^/v[12]/"] } },
            { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "X-Kind", Values: ["a*", "b"] } },
            { Field: "http-request-method", HttpRequestMethodConfig: { Values: ["GET"] } },
            { Field: "query-string", QueryStringConfig: { Values: [{ Key: "v", Value: "1" }, { Value: "x" }] } },
            { Field: "source-ip", SourceIpConfig: { Values: ["10.0.0.0/8"] } },
          ],
        }),
      ),
    )
    assert.deepEqual(compile().balancers[0]?.listeners[0]?.rules[0]?.conditions, [
      { field: "host-header", values: ["*.a.test"] },
      { field: "path-pattern", values: ["^/v[12]/"], regex: true },
      { field: "http-header", name: "X-Kind", values: ["a*", "b"] },
      { field: "http-request-method", values: ["GET"] },
      { field: "query-string", values: [{ key: "v", value: "1" }, { value: "x" }] },
      { field: "source-ip", values: ["10.0.0.0/8"] },
    ])
  })

  test("have the action with the highest order, its defaults filled in, and their transforms", () => {
    const { compile } = world((tx) => {
      tx.listenerRules.insert(
        aRule(1, {
          actions: [
            { Type: "redirect", Order: 2, RedirectConfig: { StatusCode: "HTTP_301", Port: "443" } },
            { Type: "fixed-response", Order: 1, FixedResponseConfig: { StatusCode: "200" } },
          ],
          transforms: [
            { Type: "url-rewrite", UrlRewriteConfig: { Rewrites: [{ Regex: "^/a/(.*)", Replace: "/$1" }] } },
            { Type: "host-header-rewrite", HostHeaderRewriteConfig: { Rewrites: [{ Regex: "x", Replace: "y" }] } },
          ],
        }),
      )
      const ForwardConfig = {
        TargetGroups: [{ TargetGroupArn: aTargetGroup().arn, Weight: 0 }, { TargetGroupArn: "arn:b" }],
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
      }
      tx.listenerRules.insert(aRule(2, { actions: [{ Type: "forward", ForwardConfig }] }))
      const FixedResponseConfig = { StatusCode: "503", ContentType: "text/plain", MessageBody: "no" }
      tx.listenerRules.insert(aRule(3, { actions: [{ Type: "fixed-response", FixedResponseConfig }] }))
    })
    const [first, second, third] = compile().balancers[0]?.listeners[0]?.rules ?? []
    const kept = { protocol: "#{protocol}", host: "#{host}", path: "/#{path}", query: "#{query}" }
    assert.deepEqual(first?.action, { type: "redirect", statusCode: 301, port: "443", ...kept })
    assert.deepEqual(first?.transforms, [
      { type: "url-rewrite", rewrites: [{ regex: "^/a/(.*)", replace: "/$1" }] },
      { type: "host-header-rewrite", rewrites: [{ regex: "x", replace: "y" }] },
    ])
    assert.deepEqual(second?.action, {
      type: "forward",
      pools: [
        { pool: aTargetGroup().arn, weight: 0 },
        { pool: "arn:b", weight: 1 },
      ],
      stickySeconds: 60,
    })
    assert.deepEqual(third?.action, { type: "fixed-response", statusCode: 503, contentType: "text/plain", body: "no" })
  })
})

describe("a listener that ends TLS", () => {
  const listener = aListener({ port: 443, protocol: "HTTPS", certificates: ["c1", "c2"] })

  test("has its certificates with their keys, the default first, and the default policy", () => {
    const { compile, change } = world((tx) => {
      tx.listeners.insert(listener)
      tx.certificates.insert(certificate("c2", { names: ["b.test"] }))
      tx.certificates.insert(certificate("c1"))
    })
    assert.deepEqual(compile().balancers[0]?.listeners[1]?.tls, {
      policy: "ELBSecurityPolicy-2016-08",
      certificates: [
        { arn: "c1", certificate: "CERT\nCHAIN\n", privateKey: "KEY c1", names: ["a.test"] },
        { arn: "c2", certificate: "CERT\nCHAIN\n", privateKey: "KEY c2", names: ["b.test"] },
      ],
    })
    change((tx) => tx.listeners.patch(listener.arn, { sslPolicy: "P", certificates: ["c2"] }))
    const { tls } = compile().balancers[0]?.listeners[1] ?? {}
    assert.deepEqual([tls?.policy, tls?.certificates.map(({ arn }) => arn)], ["P", ["c2"]])
  })

  test("is left out while it has no certificate that opens", () => {
    const { compile } = world((tx) => {
      tx.listeners.insert(listener)
      tx.certificates.insert(certificate("c1", { sealedKey: "broken" }))
    })
    assert.deepEqual(
      compile().balancers[0]?.listeners.map(({ port }) => port),
      [80],
    )
  })
})

describe("a pool", () => {
  test("is made of the groups that rules lead to, and of nothing else", () => {
    const other = aTargetGroup({ name: "other" })
    const { compile } = world((tx) => tx.targetGroups.insert(other))
    assert.deepEqual(
      compile().pools.map(({ id }) => id),
      [aTargetGroup().arn],
    )
  })

  test("has addresses as they are, instances at theirs while they run, and balancers at one of their nodes", () => {
    const groupArn = aTargetGroup().arn
    const { compile } = world((tx) => {
      tx.instances.insert(instance("i-run", "running"))
      tx.instances.insert(instance("i-stop", "stopped"))
      tx.targets.insert(aTarget("10.9.9.9", { zone: "all", registeredAt: 1000 }))
      tx.targets.insert(aTarget("i-run", { port: 32768 }))
      tx.targets.insert(aTarget("i-stop", { draining: { since: 0, until: 9 } }))
      tx.targets.insert(aTarget(aLoadBalancer().arn, { groupArn, port: 80 }))
    })
    const common = { draining: false, registeredAt: 0 }
    assert.deepEqual(compile().pools[0]?.targets, [
      { id: "10.9.9.9:8080", address: "10.9.9.9", port: 8080, ...common, registeredAt: 500 },
      { id: "i-run:32768", address: "172.31.0.50", port: 32768, zone: "us-east-1a", ...common },
      { id: "i-stop:8080", port: 8080, zone: "us-east-1a", ...common, draining: true },
      { id: `${aLoadBalancer().arn}:80`, address: "172.31.16.9", port: 80, ...common },
    ])
  })

  test("leaves out targets in zones that none of its load balancers is in", () => {
    const { compile, change } = world((tx) => {
      tx.targets.insert(aTarget("172.31.0.50", { zone: "us-east-1a" }))
      tx.targets.insert(aTarget("172.31.32.50", { zone: "us-east-1c" }))
    })
    const reached = () => compile().pools[0]?.targets.map(({ id }) => id)
    assert.deepEqual(reached(), ["172.31.0.50:8080"])
    change((tx) =>
      tx.loadBalancers.patch(aLoadBalancer().arn, {
        zones: [...aLoadBalancer().zones, { subnetId: vpc.subnets[2]?.id ?? "", zone: "us-east-1c" }],
      }),
    )
    assert.deepEqual(reached(), ["172.31.0.50:8080", "172.31.32.50:8080"])
  })

  test("is checked as its group says, with the defaults of its protocol", () => {
    const { compile, change } = world()
    const common = { enabled: true, intervalSeconds: 30, timeoutSeconds: 5, healthyThreshold: 5, unhealthyThreshold: 2 }
    const userAgent = "ELB-HealthChecker/2.0"
    const check = () => compile().pools[0]?.healthCheck
    assert.deepEqual(check(), { ...common, protocol: "HTTP", path: "/", matcher: "200", userAgent })
    const { healthCheck } = aTargetGroup()
    const { matcher: _matcher, path: _path, ...bare } = healthCheck
    change((tx) =>
      tx.targetGroups.patch(aTargetGroup().arn, {
        protocolVersion: "GRPC",
        healthCheck: { ...bare, port: "9000" },
      }),
    )
    const grpc = { path: "/AWS.ALB/healthcheck", matcher: "12", grpc: true, port: 9000 }
    assert.deepEqual(check(), { ...common, protocol: "HTTP", ...grpc, userAgent })
    change((tx) =>
      tx.targetGroups.patch(aTargetGroup().arn, {
        protocol: "TCP",
        protocolVersion: undefined,
        healthCheck: { ...bare, protocol: "TCP" },
      }),
    )
    assert.deepEqual(check(), { ...common, protocol: "TCP", path: "/", matcher: "200-399", userAgent })
  })
})
