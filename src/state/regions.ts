// The regions of AWS and the availability zones that Roadstead gives each of them.
// Facts only; what is in a zone are records (tables/ec2.ts).

/** Regions of the `aws` partition that are open without opting in, in the order of their names. */
const openRegions = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
] as const

/** Regions that an account of AWS has to opt in to. Here every account has: there is nothing to open. */
const optInRegions = [
  "af-south-1",
  "ap-east-1",
  "ap-east-2",
  "ap-south-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-7",
  "ca-west-1",
  "eu-central-2",
  "eu-south-1",
  "eu-south-2",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "mx-central-1",
] as const

/** A region and how an account stands to it. */
export interface Region {
  readonly name: string
  readonly optIn: "opt-in-not-required" | "opted-in"
}

/** All regions by name. */
export const regions: readonly Region[] = [
  ...openRegions.map((name): Region => ({ name, optIn: "opt-in-not-required" })),
  ...optInRegions.map((name): Region => ({ name, optIn: "opted-in" })),
].sort((a, b) => (a.name < b.name ? -1 : 1))

/** An availability zone. `id` is the name that is the same in every account, `use1-az1`. */
export interface Zone {
  readonly name: string
  readonly id: string
}

const compass: Readonly<Record<string, string>> = {
  north: "n",
  northeast: "ne",
  east: "e",
  southeast: "se",
  south: "s",
  southwest: "sw",
  west: "w",
  northwest: "nw",
  central: "c",
  gov: "g",
}

/** The prefix of a region's zone ids: `us-east-1` gives `use1`, `ap-southeast-2` gives `apse2`. */
const zoneIdPrefix = (region: string): string =>
  region
    .split("-")
    .map((word) => compass[word] ?? word)
    .join("")

/** The three zones of a region, `a`, `b` and `c`. AWS shuffles which id a name has per account; here az1 is always `a`. */
export const zonesOf = (region: string): readonly Zone[] =>
  ["a", "b", "c"].map((letter, i) => ({ name: `${region}${letter}`, id: `${zoneIdPrefix(region)}-az${i + 1}` }))
