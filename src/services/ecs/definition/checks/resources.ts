// ulimits, resource requirements, the accelerators that are no more, and restart policies.
import { clientException } from "../../faults.ts"
import { type Check, type ContainerBody, containersOf, isGiven, isWhole } from "../definition.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html */
const ulimits: readonly unknown[] =
  "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split(" ")

const checkUlimits = (container: ContainerBody): void => {
  const named = new Set<string>()
  const setting = `'ulimits' setting for container '${container.name}'`
  for (const { name, softLimit, hardLimit } of container.ulimits ?? []) {
    if (!name || !ulimits.includes(name)) throw clientException(`Invalid ${setting}. Unknown ulimit '${name}'.`) // from memory
    if (named.has(name)) throw clientException(`Invalid ${setting}. Duplicate ulimit '${name}'.`) // text from memory
    named.add(name)
    // -1 is Docker's "unlimited".
    if (!isWhole(softLimit, -1) || !isWhole(hardLimit, -1)) {
      throw clientException(`Invalid ${setting}. softLimit and hardLimit must be integers.`) // text from memory
    }
    if (hardLimit !== -1 && (softLimit === -1 || softLimit > hardLimit)) {
      throw clientException(`Soft limit exceeds hard limit for ulimit ${name}`)
    }
  }
}

/** Registering a GPU is legal for EC2; on Fargate it is refused (fargate.ts), and where no host has one nothing is placed. */
const checkRequirements = (container: ContainerBody): void => {
  const setting = `'resourceRequirements' setting for container '${container.name}'`
  const typed = new Set<string>()
  for (const { type, value } of container.resourceRequirements ?? []) {
    // Elastic Inference ended in April 2024; a requirement names an accelerator of the task, and there can be none.
    if (type === "InferenceAccelerator") throw clientException("Unsupported field 'inferenceAccelerators'") // by analogy
    if (type !== "GPU" && type !== "NeuronDevice") {
      throw clientException(`Invalid ${setting}. Unknown type '${type}'.`) // text from memory
    }
    if (typed.has(type)) throw clientException(`Invalid ${setting}. Duplicate type '${type}'.`) // text from memory
    typed.add(type)
    // "You can specify an integer value, a decimal value for fractional GPUs, or ALL": task_definition_parameters_ec2.html
    if (value !== "ALL" && (!/^\d{1,9}(\.\d{1,9})?$/.test(value ?? "") || Number(value) === 0)) {
      throw clientException(`Invalid ${setting}. The value must be a number above zero, or ALL.`) // text from memory
    }
  }
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerRestartPolicy.html */
const mostExitCodes = 50

const checkRestartPolicy = (container: ContainerBody): void => {
  const policy = container.restartPolicy
  if (!policy) return
  const setting = `'restartPolicy' setting for container '${container.name}'`
  if (policy.enabled === undefined) throw clientException(`Invalid ${setting}. 'enabled' is required.`) // text from memory
  const codes = policy.ignoredExitCodes ?? []
  if (codes.length > mostExitCodes) {
    throw clientException(`Invalid ${setting}. At most ${mostExitCodes} exit codes can be ignored.`) // text from memory
  }
  if (!codes.every((code) => isWhole(code, 0, 255))) {
    throw clientException(`Invalid ${setting}. Exit codes must be between 0 and 255.`) // text from memory
  }
  const period = policy.restartAttemptPeriod
  if (period !== undefined && !isWhole(period, 60, 1800)) {
    throw clientException(
      `the 'restartAttemptPeriod' setting for container '${container.name}' must be between 60 and 1800`,
    )
  }
}

export const checkResources: Check = (definition) => {
  if (isGiven(definition.inferenceAccelerators)) throw clientException("Unsupported field 'inferenceAccelerators'")
  for (const container of containersOf(definition)) {
    checkUlimits(container)
    checkRequirements(container)
    checkRestartPolicy(container)
  }
}
