// The words of deployments that shift traffic: why they were rolled back. Those not marked are of the page
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html. Pure.

const rolledBack = "Service deployment rolled back because"

export const shiftTexts = {
  failed: (S: string, id: string, reason: string) => `(service ${S}) (deployment ${id}) deployment failed: ${reason}`,
  // [field] hashicorp/terraform-provider-aws, internal/service/ecs/service_test.go
  broken: `${rolledBack} the circuit breaker threshold was exceeded.`,
  noCandidate: "No rollback candidate was found to run the rollback.",
  network: (problem: string) => `${rolledBack} of invalid networking configuration. ${problem}`,
  // The load balancers are told as a part of the stage, and ECS speaks of it as of a hook.
  hook: (stage: string, problem: string) => `${rolledBack} ${stage} lifecycle hook(s) failed. ${problem}`,
  hookTimedOut: (stage: string) => `${rolledBack} ${stage} pause hook timed out.`,
  hookRolledBack: (stage: string) => `${rolledBack} ${stage} pause hook was rolled back.`, // text from memory
  tooLong: (stage: string) => `${rolledBack} ${stage} lifecycle stage timed out.`, // text from memory
  roleDenied: (role: string) =>
    `ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '${role}'.`,
  notAssociated: (group: string) =>
    `Target group ${group} is not associated with either productionListenerRule or testListenerRule.`,
  severalServing: (rule: string, count: number) =>
    `productionListenerRule ${rule} should have exactly one target group serving traffic but found ${count} target groups which are serving traffic`,
  unexpected: (group: string, first: string, other: string) =>
    `Production listener rule is forwarding traffic to unexpected target group ${group}. Expected traffic to be forwarded to either targetGroupArn: ${first} or alternateTargetGroupArn: ${other}`,
  // [field] seen after "invalid networking configuration."
  noRule: "One or more rules not found",
  noListener: "One or more listeners not found", // by analogy with the one above
  notForwarding: (rule: string) => `Listener rule ${rule} does not forward traffic by exactly one action.`, // text from memory
} as const
