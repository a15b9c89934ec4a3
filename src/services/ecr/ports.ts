// What ECR is given by the process.

export interface EcrPorts {
  /** The port of the registry, for the URIs of repositories. */
  readonly registryPort: () => number
  /** The wall clock's time: tokens and download URLs expire by it, as clients look at their own clock. */
  readonly wallNow: () => number
}

/** The name of a registry, as it stands in front of a repository's. */
export const registryHost = (
  { registryPort }: EcrPorts,
  { account, region }: { readonly account: string; readonly region: string },
): string => `${account}.dkr.ecr.${region}.localhost:${registryPort()}`
