// What services with a deployment controller other than ECS's may be given: the controller's task sets carry the rest.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html
import type { Input } from "../../../gate/index.ts"
import { invalidParameter, notYet } from "../faults.ts"

type CreateInput = Input<"ecs", "CreateService">
type UpdateInput = Input<"ecs", "UpdateService">

/** Members that belong to task sets, with what ECS says when a service is given them. */
const ofTaskSets: readonly (readonly [keyof CreateInput, string])[] = [
  // [probed] by badmintoncryer/cdk-preflight, rules/ecs/pf-ecs-svc-external-with-taskdef and -with-load-balancers
  ["taskDefinition", "TaskDefinition must be blank."],
  ["loadBalancers", "LoadBalancers must be empty or null."],
  // By analogy with those.
  ["serviceRegistries", "ServiceRegistries must be empty or null."],
  ["capacityProviderStrategy", "CapacityProviderStrategy must be empty or null."],
  ["launchType", "LaunchType must be blank."],
  ["platformVersion", "PlatformVersion must be blank."],
  ["networkConfiguration", "NetworkConfiguration must be null."],
]

const isGiven = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== ""

/** Throws for what a service with the controller EXTERNAL cannot be given at its creation. */
export const checkExternal = (input: CreateInput): void => {
  if (input.schedulingStrategy === "DAEMON") {
    throw invalidParameter("The daemon scheduling strategy does not support the EXTERNAL deployment controller.") // text from memory
  }
  for (const [member, message] of ofTaskSets) if (isGiven(input[member])) throw invalidParameter(message)
  if (input.deploymentConfiguration?.deploymentCircuitBreaker?.enable) {
    // text from memory
    throw invalidParameter("Deployment circuit breaker is only supported by the ECS deployment controller.")
  }
  checkStrategy(input)
  if (input.availabilityZoneRebalancing === "ENABLED") {
    throw notYet("Availability Zone Rebalancing of services with the EXTERNAL deployment controller")
  }
}

/** "This is only valid when you run CreateService or UpdateService with deploymentController set to ECS." */
const checkStrategy = ({ deploymentConfiguration }: Pick<CreateInput, "deploymentConfiguration">): void => {
  const { strategy = "ROLLING" } = deploymentConfiguration ?? {}
  if (strategy === "ROLLING") return
  // text from memory
  throw invalidParameter(`The ${strategy} deployment strategy is only supported by the ECS deployment controller.`)
}

/** [field] for CODE_DEPLOY (terraform-provider-aws#8005, boto/boto3#1936); the same sentence about EXTERNAL is from memory. */
const cannot = (what: string) =>
  invalidParameter(
    `${what} on services with an EXTERNAL deployment controller. Create a new task set to trigger a new deployment.`,
  )

/** Throws for what UpdateService cannot change of a service with the controller EXTERNAL. */
export const checkExternalUpdate = (input: UpdateInput): void => {
  if (input.taskDefinition) throw cannot("Unable to update task definition")
  if (input.networkConfiguration) throw cannot("Unable to update network parameters")
  if (input.platformVersion) throw cannot("Unable to update platform version")
  if (input.capacityProviderStrategy?.length) throw cannot("Unable to update capacity provider strategy")
  if (input.loadBalancers?.length) throw cannot("Unable to update load balancers")
  if (input.serviceRegistries?.length) throw cannot("Unable to update service registries")
  if (input.forceNewDeployment) throw cannot("Cannot force a new deployment")
  checkStrategy(input)
  if (input.availabilityZoneRebalancing === "ENABLED") {
    throw notYet("Availability Zone Rebalancing of services with the EXTERNAL deployment controller")
  }
}
