// CPU and memory of the task and of its containers, against each other. Fargate's table is in ../task-size.ts.
import { clientException } from "../../faults.ts"
import { type Check, containersOf, isWhole, requires } from "../definition.ts"
import { parseCpu, parseMemory } from "../task-size.ts"

/** 128 CPU units to 192 vCPU on EC2: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size */
const leastCpu = 128
const mostCpu = 196_608
/** Docker's own minimum for a container. */
const leastMemory = 6

const troubleshooting = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

export const checkTaskSize: Check = (definition) => {
  const { cpu, memory } = definition
  if (cpu !== undefined) {
    const units = parseCpu(cpu)
    const inRange = units !== undefined && units >= leastCpu && units <= mostCpu
    // Fargate's own table refuses in its own words.
    if (units === undefined || (!inRange && !requires(definition, "FARGATE"))) {
      throw clientException(`Invalid 'cpu' setting for task. ${troubleshooting}`)
    }
  }
  if (memory !== undefined && !parseMemory(memory)) {
    throw clientException(`Invalid 'memory' setting for task. ${troubleshooting}`)
  }
}

export const checkContainerSizes: Check = (definition) => {
  const taskMemory = definition.memory === undefined ? undefined : parseMemory(definition.memory)
  for (const { name, cpu = 0, memory, memoryReservation } of containersOf(definition)) {
    if (!isWhole(cpu, 0)) throw clientException(`Invalid 'cpu' setting for container '${name}'.`)
    for (const [word, size] of [
      ["memory", memory],
      ["memoryReservation", memoryReservation],
    ] as const) {
      if (size && !isWhole(size, leastMemory))
        throw clientException(`Invalid '${word}' setting for container '${name}'.`)
    }
    if (memory && memoryReservation && memoryReservation > memory) {
      throw clientException(
        `Invalid setting for container '${name}'. 'memory' must be greater than or equal to 'memoryReservation'.`,
      )
    }
    if (taskMemory === undefined && !memory && !memoryReservation) {
      throw clientException(
        `Invalid setting for container '${name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
      )
    }
    if (taskMemory !== undefined && (memory ?? memoryReservation ?? 0) > taskMemory) {
      throw clientException(
        `The '${memory ? "memory" : "memoryReservation"}' setting for container '${name}' is greater than for the task.`,
      )
    }
  }
}

export const checkSums: Check = (definition) => {
  if (definition.cpu === undefined) return
  const sum = containersOf(definition).reduce((total, container) => total + (container.cpu ?? 0), 0)
  if (sum > (parseCpu(definition.cpu) ?? 0)) {
    throw clientException("The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.")
  }
}
