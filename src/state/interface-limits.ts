// How many network interfaces an EC2 instance of a type can have, its own first one included. Facts only.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html

/** By size: the families agree but for these below. */
const bySize: Readonly<Record<string, number>> = {
  nano: 2,
  micro: 2,
  small: 3,
  medium: 3,
  large: 3,
  xlarge: 4,
  "2xlarge": 4,
  "4xlarge": 8,
  "8xlarge": 8,
  "9xlarge": 8,
  "12xlarge": 8,
  "16xlarge": 15,
  "18xlarge": 15,
  "24xlarge": 15,
  "32xlarge": 15,
}

const others: Readonly<Record<string, number>> = {
  "m1.small": 2,
  "t2.xlarge": 3,
  "t2.2xlarge": 3,
  "t3a.small": 2,
  "m7g.medium": 2,
}

/** Undefined for a type whose size is not known here. */
export const mostInterfaces = (instanceType: string): number | undefined => {
  const size = instanceType.slice(instanceType.indexOf(".") + 1)
  const found = Object.hasOwn(others, instanceType) ? others[instanceType] : undefined
  return found ?? (Object.hasOwn(bySize, size) ? bySize[size] : undefined)
}
