// The instance types that there are here, with AWS's sizes: https://aws.amazon.com/ec2/instance-types/. Sizes of a family
// are multiples of each other, so a family is said in one line.

export interface InstanceTypeFacts {
  readonly name: string
  readonly vcpus: number
  readonly memoryMiB: number
  readonly architecture: "x86_64" | "arm64"
  readonly threadsPerCore: 1 | 2
  readonly burstable: boolean
  readonly currentGeneration: boolean
}

type Size = readonly [name: string, vcpus: number, gibibytes: number]

const burstable: readonly Size[] = [
  ["nano", 2, 0.5],
  ["micro", 2, 1],
  ["small", 2, 2],
  ["medium", 2, 4],
  ["large", 2, 8],
  ["xlarge", 4, 16],
  ["2xlarge", 8, 32],
]

/** Sizes with so many GiB for each vCPU. */
const sizes = (ratio: number, vcpus: Readonly<Record<string, number>>): readonly Size[] =>
  Object.entries(vcpus).map(([name, count]) => [name, count, count * ratio])

const common = { large: 2, xlarge: 4, "2xlarge": 8, "4xlarge": 16 }
const fifth = { ...common, "8xlarge": 32, "12xlarge": 48, "16xlarge": 64, "24xlarge": 96 }
const sixth = { ...fifth, "32xlarge": 128 }
const graviton = { medium: 1, ...common, "8xlarge": 32, "12xlarge": 48, "16xlarge": 64 }

interface Family {
  readonly sizes: readonly Size[]
  readonly arm?: true
  readonly burstable?: true
  readonly former?: true
  readonly threads?: 1
}

const families: Readonly<Record<string, Family>> = {
  // What RunInstances takes when it is told no type; 1.7 GiB.
  m1: { sizes: [["small", 1, 1.69921875]], former: true, threads: 1 },
  t2: {
    sizes: [
      ["nano", 1, 0.5],
      ["micro", 1, 1],
      ["small", 1, 2],
      ["medium", 2, 4],
      ["large", 2, 8],
      ["xlarge", 4, 16],
      ["2xlarge", 8, 32],
    ],
    burstable: true,
    threads: 1,
  },
  t3: { sizes: burstable, burstable: true },
  t3a: { sizes: burstable, burstable: true },
  t4g: { sizes: burstable, burstable: true, arm: true },
  m5: { sizes: sizes(4, fifth) },
  m6i: { sizes: sizes(4, sixth) },
  m7g: { sizes: sizes(4, graviton), arm: true },
  c5: { sizes: sizes(2, { ...common, "9xlarge": 36, "12xlarge": 48, "18xlarge": 72, "24xlarge": 96 }) },
  c6i: { sizes: sizes(2, sixth) },
  r5: { sizes: sizes(8, fifth) },
  r6i: { sizes: sizes(8, sixth) },
}

const all: ReadonlyMap<string, InstanceTypeFacts> = new Map(
  Object.entries(families).flatMap(([family, { sizes: list, arm, threads, ...rest }]) =>
    list.map(([size, vcpus, gibibytes]): [string, InstanceTypeFacts] => {
      const name = `${family}.${size}`
      return [
        name,
        {
          name,
          vcpus,
          memoryMiB: gibibytes * 1024,
          architecture: arm ? "arm64" : "x86_64",
          // Graviton has no simultaneous multithreading.
          threadsPerCore: arm || threads === 1 || vcpus === 1 ? 1 : 2,
          burstable: rest.burstable === true,
          currentGeneration: rest.former !== true,
        },
      ]
    }),
  ),
)

/** The facts of a type, or undefined for one that is not here. */
export const instanceTypeFacts = (name: string): InstanceTypeFacts | undefined => all.get(name)

export const allInstanceTypes = (): readonly InstanceTypeFacts[] => [...all.values()]

/** Of RunInstances: API_RunInstances, `InstanceType`. */
export const defaultInstanceType = "m1.small"
