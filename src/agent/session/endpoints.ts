// Where the two channels are to be opened: the answer of DiscoverPollEndpoint, kept for as long as the protocol says.
import type { Clock } from "../../kernel/index.ts"
import type { AwsCall } from "../types.ts"

/** Base URLs with scheme http or https, without a slash at the end. */
export interface Endpoints {
  readonly acs: string
  readonly tcs: string
}

export interface EndpointSource {
  /** The cached answer while it is fresh, else a new one; when the API fails, the old one. */
  get(): Promise<Endpoints>
  /** The next `get` asks again: a connection could not be made with what we have. */
  doubt(): void
}

const freshFor = 12 * 3_600_000

/** An {@link EndpointSource} for one container instance. Concurrent callers share one request. */
export const endpointSource = (
  ecs: AwsCall<"ecs">,
  clock: Clock,
  cluster: string,
  containerInstance: () => string,
): EndpointSource => {
  let known: { readonly endpoints: Endpoints; readonly at: number } | undefined
  let doubted = false
  let asking: Promise<Endpoints> | undefined

  const ask = async (): Promise<Endpoints> => {
    try {
      // The official agent also sends an empty `zoneId`, which the public model does not have.
      const answer = await ecs("DiscoverPollEndpoint", { cluster, containerInstance: containerInstance() })
      const endpoints = { acs: base(answer.endpoint), tcs: base(answer.telemetryEndpoint) }
      known = { endpoints, at: clock.now() }
      doubted = false
      return endpoints
    } catch (error) {
      if (known) return known.endpoints
      throw error
    } finally {
      asking = undefined
    }
  }

  return {
    get: () => {
      if (known && !doubted && clock.now() - known.at < freshFor) return Promise.resolve(known.endpoints)
      asking ??= ask()
      return asking
    },
    doubt: () => {
      doubted = true
    },
  }
}

const base = (url: string | undefined): string => {
  if (!url || !/^https?:\/\//.test(url))
    throw new Error(`DiscoverPollEndpoint answered an endpoint that is not a URL: ${url}`)
  return url.replace(/\/+$/, "")
}
