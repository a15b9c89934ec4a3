// What IAM refuses in the resources of a statement, in its words.

const noRegion: Readonly<Record<string, (resource: string) => string>> = {
  iam: (resource) => `IAM resource ${resource} cannot contain region information.`,
  s3: (resource) => `Resource ${resource} can not contain region information.`,
}

const iamKinds = [
  ...["user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/"],
  ...["sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"],
]

/** Beside AWS's public partition those of China and of its clouds for governments. */
const partitions = new Set(["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "*"])

const legacy = "The policy failed legacy parsing"

/** The words for what is wrong with a statement's resources, or undefined. IAM looks at the last in order first. */
export const resourceProblem = (resources: readonly string[]): string | undefined => {
  const problems = resources.toSorted().toReversed().map(problemOf)
  return problems.find((problem) => problem !== undefined && problem !== legacy) ?? problems.find(Boolean)
}

const problemOf = (resource: string): string | undefined => {
  if (resource === "*") return undefined
  const [first, partition, service, region, account, ...name] = resource.split(":")
  if (partition === undefined) return `Resource ${resource} must be in ARN format or "*".`
  if (!partitions.has(partition)) {
    const [, , ...rest] = resource.split(":")
    const parts = [rest[0] || (rest.length > 1 ? "" : "*"), rest[1] ?? "*", rest[2] ?? "*"]
    const last = rest.length > 3 ? rest.slice(3).join(":") : "*"
    return `Partition "${partition}" is not valid for resource "arn:${partition}:${parts.join(":")}:${last}".`
  }
  if (service === undefined) return "Resource vendor must be fully qualified and cannot contain regexes."
  if (first !== "arn" || service === "") return legacy
  const region_ = noRegion[service]
  if (region_ && region !== undefined && region !== "") return region_(resource)
  // An ARN that ends after an empty part has too few: `arn:aws:s3::example`.
  if (name.length === 0 && resource.includes("::")) return legacy
  // The account is twelve digits, nothing, or a pattern; a variable is none.
  if (account !== undefined && !/^([0-9*?]*|aws|cloudfront)$/.test(account)) return legacy
  const path = name.join(":")
  if (
    service === "iam" &&
    name.length > 0 &&
    !path.startsWith("*") &&
    !iamKinds.some((kind) => path.startsWith(kind))
  ) {
    return `IAM resource path must either be "*" or start with ${iamKinds.join(", ")}.`
  }
  return undefined
}
