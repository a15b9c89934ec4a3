// The services that have a service-linked role here: its name, the policy that it has from its first day, and whether an
// account may have several by a suffix. source: LocalStack's recordings of CreateServiceLinkedRole (tests/aws/services/iam),
// and the AWS documentation of each service.

export interface LinkedService {
  readonly roleName: string
  /** The managed policy, in AWS's folder of service-linked roles. */
  readonly policy: string
  readonly suffixes: boolean
}

const one = (roleName: string, policy: string): LinkedService => ({ roleName, policy, suffixes: false })

/** Those whose policies are kept in state/aws-managed-policies. */
export const linkedServices: Readonly<Record<string, LinkedService>> = {
  "autoscaling.amazonaws.com": {
    ...one("AWSServiceRoleForAutoScaling", "AutoScalingServiceRolePolicy"),
    suffixes: true,
  },
  "ecr.amazonaws.com": one("AWSServiceRoleForECRTemplate", "ECRTemplateServiceRolePolicy"),
  "ecs.amazonaws.com": one("AWSServiceRoleForECS", "AmazonECSServiceRolePolicy"),
  "ecs-compute.amazonaws.com": one("AWSServiceRoleForECSCompute", "AmazonECSComputeServiceRolePolicy"),
  "ecs.application-autoscaling.amazonaws.com": one(
    "AWSServiceRoleForApplicationAutoScaling_ECSService",
    "AWSApplicationAutoscalingECSServicePolicy",
  ),
  "elasticfilesystem.amazonaws.com": one(
    "AWSServiceRoleForAmazonElasticFileSystem",
    "AmazonElasticFileSystemServiceRolePolicy",
  ),
  "elasticloadbalancing.amazonaws.com": one(
    "AWSServiceRoleForElasticLoadBalancing",
    "AWSElasticLoadBalancingServiceRolePolicy",
  ),
  "events.amazonaws.com": one("AWSServiceRoleForCloudWatchEvents", "CloudWatchEventsServiceRolePolicy"),
  "apidestinations.events.amazonaws.com": one(
    "AWSServiceRoleForAmazonEventBridgeApiDestinations",
    "AmazonEventBridgeApiDestinationsServiceRolePolicy",
  ),
  "pullthroughcache.ecr.amazonaws.com": one(
    "AWSServiceRoleForECRPullThroughCache",
    "AWSECRPullThroughCache_ServiceRolePolicy",
  ),
  "replication.ecr.amazonaws.com": one("AWSServiceRoleForECRReplication", "ECRReplicationServiceRolePolicy"),
  "spot.amazonaws.com": one("AWSServiceRoleForEC2Spot", "AWSEC2SpotServiceRolePolicy"),
  "ssm.amazonaws.com": one("AWSServiceRoleForAmazonSSM", "AmazonSSMServiceRolePolicy"),
}
