// To which services of its cluster a change of a container instance matters. Pure over a view.
import type { ContainerInstanceRow, ServiceRow, View } from "../../state/index.ts"

/** ARNs of services: those with tasks on it, and where it has more to give, those that may want something of it. */
export const servicesToTell = (
  instance: ContainerInstanceRow,
  view: View,
  before: ContainerInstanceRow | undefined,
): readonly string[] => {
  // Removed: the record is the one before.
  const gone = before === instance
  if (instance.pool || (before && !gone && isSamePlace(before, instance))) return []
  const told = new Set(view.tasks.by("host", instance.arn).flatMap((task) => task.serviceArn ?? []))
  const gives = !gone && takesTasks(instance)
  for (const service of view.services.by("listed", instance.clusterArn)) {
    // A daemon has a task for each instance: every one that comes or goes changes what it should have.
    if (service.schedulingStrategy === "DAEMON" || (gives && mayWant(view, service))) told.add(service.arn)
  }
  return [...told]
}

/** Whether nothing changed that decides over where tasks may be. Numbers that count events and messages do not. */
const isSamePlace = (a: ContainerInstanceRow, b: ContainerInstanceRow): boolean =>
  a.status === b.status &&
  a.session.connected === b.session.connected &&
  a.attributes === b.attributes &&
  a.registeredResources === b.registeredResources

const takesTasks = (instance: ContainerInstanceRow): boolean =>
  instance.status === "ACTIVE" && instance.session.connected

/** Whether a service may have tasks to place, or to place better. */
const mayWant = (view: View, service: ServiceRow): boolean =>
  service.deploymentController === "EXTERNAL" ||
  service.availabilityZoneRebalancing === "ENABLED" ||
  view.tasks.count("serving", service.arn) < service.desiredCount ||
  view.deployments.count("shown", service.arn) > 1 ||
  view.deployments.get(`${service.arn} ${service.primary}`)?.rolloutState !== "COMPLETED"
