// The availability zones of a service, and whether its tasks may be balanced over them.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
import type { AvailabilityZoneRebalancing, LoadBalancer } from "@aws-sdk/client-ecs"
import { type Frozen, type ServiceRow, subnetOf, type View } from "../../../state/index.ts"
import { checkOneOf, invalidParameter } from "../faults.ts"
import { zoneOf } from "../instance-room.ts"
import { eligibleInstances } from "./eligible.ts"
import { primaryOf, revisionOf } from "./find.ts"
import { isOnFargate } from "./revision.ts"

/**
 * Where tasks of the primary deployment may be: the zones of its subnets, or of the instances that may take them, which
 * in awsvpc mode are those that have a subnet.
 */
export const zonesOfService = (view: View, service: ServiceRow): readonly string[] => {
  const primary = primaryOf(view, service)
  if (!primary) return []
  const revision = revisionOf(view, primary)
  const subnets = revision.networkConfiguration?.awsvpcConfiguration?.subnets
  const ofSubnets = new Set(subnets?.flatMap((id) => subnetOf(view, service, id)?.availabilityZone ?? []))
  if (isOnFargate(revision)) return [...ofSubnets].sort()
  const ofInstances = eligibleInstances(view, service).flatMap((arn) => {
    const instance = view.containerInstances.get(arn)
    return (instance?.session?.connected && zoneOf(instance)) || []
  })
  return [...new Set(ofInstances)].filter((zone) => !subnets || ofSubnets.has(zone)).sort()
}

type Settings = Pick<
  ServiceRow,
  | "schedulingStrategy"
  | "deploymentController"
  | "deploymentConfiguration"
  | "placementStrategy"
  | "placementConstraints"
> & { readonly loadBalancers?: readonly Frozen<LoadBalancer>[] | undefined }

const zoneAttribute = "attribute:ecs.availability-zone"

/** What of the settings rules rebalancing out, with what to do about it; undefined when nothing does. */
const obstacle = (settings: Settings): readonly [string, string] | undefined => {
  const [first] = settings.placementStrategy
  // [probed] by badmintoncryer/cdk-preflight, rules/ecs/pf-ecs-svc-az-rebalancing-with-daemon
  if (settings.schedulingStrategy === "DAEMON") return ["DAEMON as scheduling strategy", "Update scheduling strategy"]
  if ((settings.deploymentConfiguration.maximumPercent ?? 200) <= 100) {
    // [field] for the middle of it; the end is by the text for DAEMON.
    return ["maximumPercent <= 100 % as deployment configuration", "Update deployment configuration"]
  }
  if (first && !(first.type === "spread" && first.field === zoneAttribute)) {
    return ["the first placement strategy", `Use spread on ${zoneAttribute} as the first placement strategy`] // from memory
  }
  if (settings.loadBalancers?.some(({ loadBalancerName }) => loadBalancerName)) {
    return ["Classic Load Balancers", "Use an Application Load Balancer or a Network Load Balancer"] // from memory
  }
  if (settings.placementConstraints.some(({ expression }) => expression?.includes(zoneAttribute))) {
    return [`placement constraints on ${zoneAttribute}`, "Update placement constraints"] // from memory
  }
  return undefined
}

/**
 * Whether a service is rebalanced: as asked, else ENABLED where it can be for a new one, and as it was for a known one.
 * Throws InvalidParameterException when it is to be and the settings do not allow it.
 */
export const rebalancingOf = (
  asked: AvailabilityZoneRebalancing | undefined,
  settings: Settings,
  known?: AvailabilityZoneRebalancing,
): AvailabilityZoneRebalancing => {
  checkOneOf("availabilityZoneRebalancing", asked, ["ENABLED", "DISABLED"])
  if (settings.deploymentController !== "ECS") return "DISABLED"
  const against = obstacle(settings)
  const wanted = asked ?? known
  if (wanted === "ENABLED" && against) {
    throw invalidParameter(
      `The service couldn't be ${known ? "updated" : "created"} because Availability Zone Rebalancing does not support ${against[0]}. ${against[1]} and try again.`,
    )
  }
  return wanted ?? (against ? "DISABLED" : "ENABLED")
}
