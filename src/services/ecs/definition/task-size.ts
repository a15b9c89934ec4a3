// Task-level CPU and memory: the spellings that ECS takes, and the sizes that Fargate has.
// Pure arithmetic; who must give a size is in checks/size.ts and checks/fargate.ts.

/**
 * CPU units of a task-level `cpu` (`1024`, `1 vCPU`, `0.5vcpu`), or undefined when it is no size.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
 */
export const parseCpu = (text: string): number | undefined => {
  const units = /^\s*(\d+)\s*$/.exec(text)
  if (units) return Number(units[1])
  const virtual = /^\s*(\d*\.?\d+)\s*vcpu\s*$/i.exec(text)
  const size = virtual ? Number(virtual[1]) * 1024 : Number.NaN
  return Number.isInteger(size) ? size : undefined
}

/** MiB of a task-level `memory` (`2048`, `2GB`, `0.5 GB`), or undefined when it is no size. */
export const parseMemory = (text: string): number | undefined => {
  const mebibytes = /^\s*(\d+)\s*$/.exec(text)
  if (mebibytes) return Number(mebibytes[1])
  const gibibytes = /^\s*(\d*\.?\d+)\s*gb\s*$/i.exec(text)
  const size = gibibytes ? Number(gibibytes[1]) * 1024 : Number.NaN
  return Number.isInteger(size) ? size : undefined
}

const steps = (first: number, last: number, step: number): readonly number[] =>
  Array.from({ length: (last - first) / step + 1 }, (_, i) => first + i * step)

/** CPU units → the MiB that go with them. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
export const fargateSizes: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, steps(1024, 4096, 1024)],
  [1024, steps(2048, 8192, 1024)],
  [2048, steps(4096, 16384, 1024)],
  [4096, steps(8192, 30720, 1024)],
  [8192, steps(16384, 61440, 4096)],
  [16384, steps(32768, 122880, 8192)],
  [32768, [61440, 122880, 249856]],
])

/** Whether Fargate has tasks of this size. */
export const isFargateSize = (cpu: number, memory: number): boolean => fargateSizes.get(cpu)?.includes(memory) ?? false

/** What AWS says to a size that Fargate does not have ([field], the newer of two forms). */
export const noFargateSize = (cpu: string, memory: string): string =>
  `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. See the Amazon ECS documentation for the valid values.`
