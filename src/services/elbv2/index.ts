// Elastic Load Balancing v2: the handler table. Gateway load balancers, trust stores and capacity reservations are absent.
import { implement, read, write } from "../../gate/index.ts"
import { DescribeAccountLimits, DescribeCapacityReservation } from "./account.ts"
import * as may from "./authorise.ts"
import { DescribeListenerAttributes, ModifyListenerAttributes } from "./listeners/attributes.ts"
import {
  AddListenerCertificates,
  DescribeListenerCertificates,
  RemoveListenerCertificates,
} from "./listeners/certificates.ts"
import { CreateListener } from "./listeners/create.ts"
import { DeleteListener } from "./listeners/delete.ts"
import { DescribeListeners } from "./listeners/describe.ts"
import { ModifyListener } from "./listeners/modify.ts"
import { DescribeLoadBalancerAttributes, ModifyLoadBalancerAttributes } from "./load-balancers/attributes.ts"
import { CreateLoadBalancer } from "./load-balancers/create.ts"
import { DeleteLoadBalancer } from "./load-balancers/delete.ts"
import { DescribeLoadBalancers } from "./load-balancers/describe.ts"
import { SetIpAddressType } from "./load-balancers/ip-address-type.ts"
import { SetSecurityGroups, SetSubnets } from "./load-balancers/places.ts"
import { CreateRule } from "./rules/create.ts"
import { DeleteRule } from "./rules/delete.ts"
import { DescribeRules } from "./rules/describe.ts"
import { ModifyRule, SetRulePriorities } from "./rules/modify.ts"
import { DescribeSSLPolicies } from "./ssl-policies.ts"
import { AddTags, DescribeTags, RemoveTags } from "./tagging/operations.ts"
import { DescribeTargetGroupAttributes, ModifyTargetGroupAttributes } from "./target-groups/attributes.ts"
import { CreateTargetGroup } from "./target-groups/create.ts"
import { DeleteTargetGroup } from "./target-groups/delete.ts"
import { DescribeTargetGroups } from "./target-groups/describe.ts"
import { ModifyTargetGroup } from "./target-groups/modify.ts"
import { DescribeTargetHealth } from "./targets/health.ts"
import { DeregisterTargets, RegisterTargets } from "./targets/register.ts"
import { withoutEffect } from "./without-effect.ts"

export const elbv2 = implement(
  "elbv2",
  {
    AddListenerCertificates: write(AddListenerCertificates, may.onListener("AddListenerCertificates")),
    AddTags: write(AddTags, may.onTagged("AddTags")),
    CreateListener: write(CreateListener, may.onNewListener),
    CreateLoadBalancer: write(CreateLoadBalancer, may.onNewLoadBalancer),
    CreateRule: write(CreateRule, may.onNewRule),
    CreateTargetGroup: write(CreateTargetGroup, may.onNewTargetGroup),
    DeleteListener: write(DeleteListener, may.onListener("DeleteListener")),
    DeleteLoadBalancer: write(DeleteLoadBalancer, may.onLoadBalancer("DeleteLoadBalancer")),
    DeleteRule: write(DeleteRule, may.onRule("DeleteRule")),
    DeleteTargetGroup: write(DeleteTargetGroup, may.onTargetGroup("DeleteTargetGroup")),
    DeregisterTargets: write(DeregisterTargets, may.onTargetGroup("DeregisterTargets")),
    DescribeAccountLimits: read(DescribeAccountLimits, may.onAll("DescribeAccountLimits")),
    DescribeCapacityReservation: read(DescribeCapacityReservation, may.onAll("DescribeCapacityReservation")),
    DescribeListenerAttributes: read(DescribeListenerAttributes, may.onAll("DescribeListenerAttributes")),
    DescribeListenerCertificates: read(DescribeListenerCertificates, may.onAll("DescribeListenerCertificates")),
    DescribeListeners: read(DescribeListeners, may.onAll("DescribeListeners")),
    DescribeLoadBalancerAttributes: read(DescribeLoadBalancerAttributes, may.onAll("DescribeLoadBalancerAttributes")),
    DescribeLoadBalancers: read(DescribeLoadBalancers, may.onAll("DescribeLoadBalancers")),
    DescribeRules: read(DescribeRules, may.onAll("DescribeRules")),
    DescribeSSLPolicies: read(DescribeSSLPolicies, may.onAll("DescribeSSLPolicies")),
    DescribeTags: read(DescribeTags, may.onAll("DescribeTags")),
    DescribeTargetGroupAttributes: read(DescribeTargetGroupAttributes, may.onAll("DescribeTargetGroupAttributes")),
    DescribeTargetGroups: read(DescribeTargetGroups, may.onAll("DescribeTargetGroups")),
    DescribeTargetHealth: read(DescribeTargetHealth, may.onAll("DescribeTargetHealth")),
    ModifyListener: write(ModifyListener, may.onListener("ModifyListener")),
    ModifyListenerAttributes: write(ModifyListenerAttributes, may.onListener("ModifyListenerAttributes")),
    ModifyLoadBalancerAttributes: write(
      ModifyLoadBalancerAttributes,
      may.onLoadBalancer("ModifyLoadBalancerAttributes"),
    ),
    ModifyRule: write(ModifyRule, may.onRule("ModifyRule")),
    ModifyTargetGroup: write(ModifyTargetGroup, may.onTargetGroup("ModifyTargetGroup")),
    ModifyTargetGroupAttributes: write(ModifyTargetGroupAttributes, may.onTargetGroup("ModifyTargetGroupAttributes")),
    RegisterTargets: write(RegisterTargets, may.onTargetGroup("RegisterTargets")),
    RemoveListenerCertificates: write(RemoveListenerCertificates, may.onListener("RemoveListenerCertificates")),
    RemoveTags: write(RemoveTags, may.onTagged("RemoveTags")),
    SetIpAddressType: write(SetIpAddressType, may.onLoadBalancer("SetIpAddressType")),
    SetRulePriorities: write(SetRulePriorities, may.onRules),
    SetSecurityGroups: write(SetSecurityGroups, may.onPlace("SetSecurityGroups")),
    SetSubnets: write(SetSubnets, may.onPlace("SetSubnets")),
  },
  withoutEffect,
)
