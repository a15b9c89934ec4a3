// Start-up dependencies: what may be waited for, and that no container waits for itself in the end.
// Links and volumesFrom are dependencies too: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
import { clientException } from "../../faults.ts"
import { type Check, type ContainerBody, containersOf, isEssential } from "../definition.ts"

const conditions: readonly unknown[] = ["START", "COMPLETE", "SUCCESS", "HEALTHY"]

const waitsFor = (container: ContainerBody): readonly string[] => [
  ...(container.dependsOn ?? []).map((dependency) => dependency.containerName ?? ""),
  ...(container.links ?? []).map((link) => link.split(":")[0] ?? ""),
  ...(container.volumesFrom ?? []).map((volume) => volume.sourceContainer ?? ""),
]

export const checkDependencies: Check = (definition) => {
  const byName = new Map(containersOf(definition).map((container) => [container.name ?? "", container]))
  for (const container of byName.values()) {
    for (const { containerName = "", condition } of container.dependsOn ?? []) {
      if (!conditions.includes(condition)) {
        throw clientException(`Invalid 'condition' setting for container '${container.name}'.`) // text from memory
      }
      if (containerName === container.name) {
        throw clientException(`Container '${containerName}' cannot depend on itself.`) // text from memory
      }
      const dependency = byName.get(containerName)
      if (!dependency) throw clientException(`Cannot depend on container ${containerName} because it does not exist.`)
      if (condition === "HEALTHY" && !dependency.healthCheck) {
        throw clientException("A dependency container with HEALTHY condition must have health check configured")
      }
      if ((condition === "SUCCESS" || condition === "COMPLETE") && isEssential(dependency)) {
        throw clientException(
          "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
        )
      }
    }
  }
  checkCircles(byName)
}

const checkCircles = (byName: ReadonlyMap<string, ContainerBody>): void => {
  const done = new Set<string>()
  const path = new Set<string>()
  const visit = (name: string): void => {
    if (done.has(name)) return
    if (path.has(name)) throw clientException("A circular dependency between containers was found.") // text from memory
    path.add(name)
    const container = byName.get(name)
    for (const next of container ? waitsFor(container) : []) visit(next)
    path.delete(name)
    done.add(name)
  }
  for (const name of byName.keys()) visit(name)
}
