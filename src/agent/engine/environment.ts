// The environment of a container: the task definition's, and what ECS's agent adds. Pure.
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { readPlace } from "./attachment.ts"

export interface EnvironmentOptions {
  /** Where metadata and credentials are served, without a slash at the end. */
  readonly agentUri: string
  readonly region: string
  /** Names that the image sets: defaults of ours stand back behind them. */
  readonly imageVariables: readonly string[]
  /** Values of the container's secrets. */
  readonly secrets?: Readonly<Record<string, string>>
}

/** Docker's `Env`: `NAME=value`, each name once. */
export const environmentOf = (
  task: TaskSnapshot,
  container: ContainerSnapshot,
  options: EnvironmentOptions,
): string[] => {
  const given = { ...container.definition.environment, ...options.secrets }
  const taken = new Set([...Object.keys(given), ...options.imageVariables])
  const { apiEndpoint } = readPlace(task.definition)
  const all = {
    ...regionDefaults(taken, options.region),
    ...(apiEndpoint && !taken.has("AWS_ENDPOINT_URL") && { AWS_ENDPOINT_URL: apiEndpoint }),
    ...given,
    ECS_CONTAINER_METADATA_URI: `${options.agentUri}/v3/${container.metadataId}`,
    ECS_CONTAINER_METADATA_URI_V4: `${options.agentUri}/v4/${container.metadataId}`,
    ECS_AGENT_URI: `${options.agentUri}/api/${container.metadataId}`,
    ...(task.credentialsId && { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `/v2/credentials/${task.credentialsId}` }),
  }
  return Object.entries(all).map(([name, value]) => `${name}=${value}`)
}

/** ECS's agent sets both or neither: whoever names a region anywhere has chosen one. */
const regionDefaults = (taken: ReadonlySet<string>, region: string): Readonly<Record<string, string>> =>
  taken.has("AWS_REGION") || taken.has("AWS_DEFAULT_REGION") ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }
