// Classic load balancers: the handler table of API version 2012-06-01. Operations that are not named are absent.
import { implement, read, write } from "../../gate/index.ts"
import * as applied from "./applied-policies.ts"
import * as attributes from "./attributes.ts"
import * as may from "./authorise.ts"
import { DescribeLoadBalancers } from "./describe.ts"
import { ConfigureHealthCheck } from "./health-check.ts"
import * as instances from "./instances.ts"
import { DescribeAccountLimits } from "./limits.ts"
import * as listeners from "./listeners.ts"
import * as balancers from "./load-balancers.ts"
import * as policies from "./policies.ts"
import { DescribeLoadBalancerPolicyTypes } from "./policy-types.ts"
import * as tags from "./tags.ts"
import { withoutEffect } from "./without-effect.ts"

export const elb = implement(
  "elb",
  {
    AddTags: write(tags.AddTags, may.onTagged("AddTags")),
    ApplySecurityGroupsToLoadBalancer: write(
      balancers.ApplySecurityGroupsToLoadBalancer,
      may.on("ApplySecurityGroupsToLoadBalancer"),
    ),
    AttachLoadBalancerToSubnets: write(balancers.AttachLoadBalancerToSubnets, may.on("AttachLoadBalancerToSubnets")),
    ConfigureHealthCheck: write(ConfigureHealthCheck, may.on("ConfigureHealthCheck")),
    CreateAppCookieStickinessPolicy: write(
      policies.CreateAppCookieStickinessPolicy,
      may.on("CreateAppCookieStickinessPolicy"),
    ),
    CreateLBCookieStickinessPolicy: write(
      policies.CreateLBCookieStickinessPolicy,
      may.on("CreateLBCookieStickinessPolicy"),
    ),
    CreateLoadBalancer: write(balancers.CreateLoadBalancer, may.onNew),
    CreateLoadBalancerListeners: write(listeners.CreateLoadBalancerListeners, may.on("CreateLoadBalancerListeners")),
    CreateLoadBalancerPolicy: write(policies.CreateLoadBalancerPolicy, may.on("CreateLoadBalancerPolicy")),
    DeleteLoadBalancer: write(balancers.DeleteLoadBalancer, may.on("DeleteLoadBalancer")),
    DeleteLoadBalancerListeners: write(listeners.DeleteLoadBalancerListeners, may.on("DeleteLoadBalancerListeners")),
    DeleteLoadBalancerPolicy: write(policies.DeleteLoadBalancerPolicy, may.on("DeleteLoadBalancerPolicy")),
    DeregisterInstancesFromLoadBalancer: write(
      instances.DeregisterInstancesFromLoadBalancer,
      may.on("DeregisterInstancesFromLoadBalancer"),
    ),
    DescribeAccountLimits: read(DescribeAccountLimits, may.onAll("DescribeAccountLimits")),
    DescribeInstanceHealth: read(instances.DescribeInstanceHealth, may.onAll("DescribeInstanceHealth")),
    DescribeLoadBalancerAttributes: read(
      attributes.DescribeLoadBalancerAttributes,
      may.onAll("DescribeLoadBalancerAttributes"),
    ),
    DescribeLoadBalancerPolicies: read(
      policies.DescribeLoadBalancerPolicies,
      may.onAll("DescribeLoadBalancerPolicies"),
    ),
    DescribeLoadBalancerPolicyTypes: read(
      DescribeLoadBalancerPolicyTypes,
      may.onAll("DescribeLoadBalancerPolicyTypes"),
    ),
    DescribeLoadBalancers: read(DescribeLoadBalancers, may.onAll("DescribeLoadBalancers")),
    DescribeTags: read(tags.DescribeTags, may.onAll("DescribeTags")),
    DetachLoadBalancerFromSubnets: write(
      balancers.DetachLoadBalancerFromSubnets,
      may.on("DetachLoadBalancerFromSubnets"),
    ),
    DisableAvailabilityZonesForLoadBalancer: write(
      balancers.DisableAvailabilityZonesForLoadBalancer,
      may.on("DisableAvailabilityZonesForLoadBalancer"),
    ),
    EnableAvailabilityZonesForLoadBalancer: write(
      balancers.EnableAvailabilityZonesForLoadBalancer,
      may.on("EnableAvailabilityZonesForLoadBalancer"),
    ),
    ModifyLoadBalancerAttributes: write(
      attributes.ModifyLoadBalancerAttributes,
      may.on("ModifyLoadBalancerAttributes"),
    ),
    RegisterInstancesWithLoadBalancer: write(
      instances.RegisterInstancesWithLoadBalancer,
      may.on("RegisterInstancesWithLoadBalancer"),
    ),
    RemoveTags: write(tags.RemoveTags, may.onTagged("RemoveTags")),
    SetLoadBalancerListenerSSLCertificate: write(
      listeners.SetLoadBalancerListenerSSLCertificate,
      may.on("SetLoadBalancerListenerSSLCertificate"),
    ),
    SetLoadBalancerPoliciesForBackendServer: write(
      applied.SetLoadBalancerPoliciesForBackendServer,
      may.on("SetLoadBalancerPoliciesForBackendServer"),
    ),
    SetLoadBalancerPoliciesOfListener: write(
      applied.SetLoadBalancerPoliciesOfListener,
      may.on("SetLoadBalancerPoliciesOfListener"),
    ),
  },
  withoutEffect,
)
