// Whom controllers act as: the service principals of AWS's services in the account of the record.
import type { Caller } from "../gate/index.ts"

export { ecsPrincipal } from "../services/ecs/index.ts"

/** Secrets Manager itself, which removes what was marked for deletion. */
export const secretsPrincipal = (account: string): Caller => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/AWSServiceRoleForSecretsManager/secretsmanager`,
  kind: "service",
  servicePrincipal: "secretsmanager.amazonaws.com",
})

/** Systems Manager itself, which removes what has expired. */
export const parametersPrincipal = (account: string): Caller => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/AWSServiceRoleForAmazonSSM/ssm`,
  kind: "service",
  servicePrincipal: "ssm.amazonaws.com",
})

/** ECR itself, which deletes what a lifecycle policy expires. */
export const ecrPrincipal = (account: string): Caller => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/AWSServiceRoleForAmazonECR/ecr`,
  kind: "service",
  servicePrincipal: "ecr.amazonaws.com",
})

/** Certificate Manager itself, which renews what is in use. */
export const certificatesPrincipal = (account: string): Caller => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/AWSServiceRoleForCertificateManager/acm`,
  kind: "service",
  servicePrincipal: "acm.amazonaws.com",
})

/** Elastic Load Balancing itself, which takes interfaces for load balancers and ends draining. */
export const balancingPrincipal = (account: string): Caller => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/AWSServiceRoleForElasticLoadBalancing/elasticloadbalancing`,
  kind: "service",
  servicePrincipal: "elasticloadbalancing.amazonaws.com",
})
