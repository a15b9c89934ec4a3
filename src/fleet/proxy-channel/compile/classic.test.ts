import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { aClassic, aClassicTarget } from "../../../../test/support/balancer-rows.ts"
import { instance, node, subnetA, world } from "../../../../test/support/compile-world.ts"
import { scope } from "../../../../test/support/ecs-harness.ts"
import { classicKey } from "../../../state/index.ts"
import type { Compiled } from "./compile.ts"

describe("a classic load balancer", () => {
  const key = classicKey(scope, "old")
  const classic = (more: Parameters<typeof aClassic>[0] = {}) =>
    world((tx) => {
      tx.classicLoadBalancers.insert(aClassic(more))
      node(tx, key, subnetA, "172.31.0.10")
      tx.instances.insert(instance("i-1", "running"))
      tx.targets.insert(aClassicTarget("i-1"))
    })
  const of = ({ balancers, pools }: Compiled) => ({
    balancer: balancers.find(({ id }) => id === key),
    pools: pools.filter(({ id }) => id.startsWith(key)),
  })

  test("has a listener with one rule, a pool for it, and the pool that is checked for all", () => {
    const { balancer, pools } = of(classic().compile())
    assert.deepEqual([balancer?.kind, balancer?.label], ["classic", "old"])
    assert.deepEqual(balancer?.listeners, [
      {
        id: `${key}:80`,
        protocol: "HTTP",
        port: 80,
        attributes: {},
        rules: [
          {
            id: `${key}:80/default`,
            priority: 0,
            conditions: [],
            action: { type: "forward", pools: [{ pool: `${key}#80`, weight: 1 }] },
          },
        ],
      },
    ])
    const target = { id: "i-1:0", address: "172.31.0.50", zone: "us-east-1a", draining: false, registeredAt: 0 }
    const common = { label: "old", protocolVersion: "HTTP1", protocol: "HTTP" }
    const attributes = { "deregistration_delay.timeout_seconds": "0" }
    const { target: _text, ...times } = aClassic().healthCheck
    assert.deepEqual(pools, [
      {
        id: key,
        ...common,
        attributes,
        healthCheck: {
          ...{ enabled: true, protocol: "HTTP", port: 8000, path: "/up", matcher: "200" },
          ...times,
          userAgent: "ELB-HealthChecker/1.0",
        },
        targets: [{ ...target, port: 8000 }],
      },
      { id: `${key}#80`, ...common, attributes, healthOf: key, targets: [{ ...target, port: 8000 }] },
    ])
  })

  test("says its attributes and policies in the words of the others", () => {
    const { compile } = classic({
      attributes: {
        "ConnectionSettings.IdleTimeout": "10",
        "ConnectionDraining.Enabled": "true",
        "ConnectionDraining.Timeout": "20",
        "CrossZoneLoadBalancing.Enabled": "true",
      },
      policies: [
        {
          name: "lb",
          type: "LBCookieStickinessPolicyType",
          attributes: [{ name: "CookieExpirationPeriod", value: "60" }],
        },
        { name: "app", type: "AppCookieStickinessPolicyType", attributes: [{ name: "CookieName", value: "SID" }] },
        { name: "pp", type: "ProxyProtocolPolicyType", attributes: [{ name: "ProxyProtocol", value: "true" }] },
      ],
      listeners: [
        { port: 80, protocol: "HTTP", instancePort: 8000, instanceProtocol: "HTTP", policies: ["lb"] },
        { port: 81, protocol: "HTTP", instancePort: 8000, instanceProtocol: "HTTP", policies: ["app"] },
        { port: 25, protocol: "TCP", instancePort: 2500, instanceProtocol: "TCP", policies: [] },
      ],
      backendPolicies: [{ instancePort: 2500, policies: ["pp"] }],
    })
    const { balancer, pools } = of(compile())
    assert.deepEqual(balancer?.attributes, {
      "idle_timeout.timeout_seconds": "10",
      "load_balancing.cross_zone.enabled": "true",
    })
    const delay = { "deregistration_delay.timeout_seconds": "20" }
    assert.deepEqual(
      pools.slice(1).map(({ stickiness, attributes }) => [stickiness, attributes]),
      [
        [{ type: "lb_cookie", seconds: 60 }, delay],
        [{ type: "app_cookie", name: "SID" }, delay],
        [undefined, { ...delay, "proxy_protocol_v1.enabled": "true" }],
      ],
    )
    assert.equal(of(compile()).balancer, balancer)
  })
})
