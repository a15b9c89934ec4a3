// Elastic Load Balancing v2: the handler table. Gateway load balancers, trust stores and capacity reservations are absent.
import { implement, read, write } from "../../gate/index.ts"
import * as may from "./authorise.ts"
import { CreateListener } from "./listeners/create.ts"
import { DeleteListener } from "./listeners/delete.ts"
import { DescribeListeners } from "./listeners/describe.ts"
import { CreateLoadBalancer } from "./load-balancers/create.ts"
import { DeleteLoadBalancer } from "./load-balancers/delete.ts"
import { DescribeLoadBalancers } from "./load-balancers/describe.ts"
import { SetIpAddressType } from "./load-balancers/ip-address-type.ts"
import { CreateRule } from "./rules/create.ts"
import { DeleteRule } from "./rules/delete.ts"
import { DescribeRules } from "./rules/describe.ts"
import { DescribeSSLPolicies } from "./ssl-policies.ts"
import { CreateTargetGroup } from "./target-groups/create.ts"
import { DeleteTargetGroup } from "./target-groups/delete.ts"
import { DescribeTargetGroups } from "./target-groups/describe.ts"
import { DescribeTargetHealth } from "./targets/health.ts"
import { DeregisterTargets, RegisterTargets } from "./targets/register.ts"
import { withoutEffect } from "./without-effect.ts"

export const elbv2 = implement(
  "elbv2",
  {
    CreateListener: write(CreateListener, may.onNewListener),
    CreateLoadBalancer: write(CreateLoadBalancer, may.onNewLoadBalancer),
    CreateRule: write(CreateRule, may.onNewRule),
    CreateTargetGroup: write(CreateTargetGroup, may.onNewTargetGroup),
    DeleteListener: write(DeleteListener, may.onListener("DeleteListener")),
    DeleteLoadBalancer: write(DeleteLoadBalancer, may.onLoadBalancer("DeleteLoadBalancer")),
    DeleteRule: write(DeleteRule, may.onRule("DeleteRule")),
    DeleteTargetGroup: write(DeleteTargetGroup, may.onTargetGroup("DeleteTargetGroup")),
    DeregisterTargets: write(DeregisterTargets, may.onTargetGroup("DeregisterTargets")),
    DescribeListeners: read(DescribeListeners, may.onAll("DescribeListeners")),
    DescribeLoadBalancers: read(DescribeLoadBalancers, may.onAll("DescribeLoadBalancers")),
    DescribeRules: read(DescribeRules, may.onAll("DescribeRules")),
    DescribeSSLPolicies: read(DescribeSSLPolicies, may.onAll("DescribeSSLPolicies")),
    DescribeTargetGroups: read(DescribeTargetGroups, may.onAll("DescribeTargetGroups")),
    DescribeTargetHealth: read(DescribeTargetHealth, may.onAll("DescribeTargetHealth")),
    RegisterTargets: write(RegisterTargets, may.onTargetGroup("RegisterTargets")),
    SetIpAddressType: write(SetIpAddressType, may.onLoadBalancer("SetIpAddressType")),
  },
  withoutEffect,
)
