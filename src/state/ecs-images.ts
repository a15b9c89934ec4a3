// The machine images that can be looked for: one for each architecture, that stands for AWS's ECS-optimized ones. An image is a
// name here, and any `ami-…` can be launched; EC2's DescribeImages and the public parameters of SSM name the same.

export interface EcsImage {
  readonly id: string
  readonly name: string
  readonly architecture: "x86_64" | "arm64"
}

/** Named as those of AWS are: `al2023-ami-ecs-hvm-…`, which lookups by `name` ask for. */
export const ecsImages: readonly EcsImage[] = [
  {
    id: "ami-0ec50000000000064",
    name: "al2023-ami-ecs-hvm-2023.0.20240101-kernel-6.1-x86_64",
    architecture: "x86_64",
  },
  {
    id: "ami-0ec500000000000a4",
    name: "al2023-ami-ecs-hvm-2023.0.20240101-kernel-6.1-arm64",
    architecture: "arm64",
  },
]
