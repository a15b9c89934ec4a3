// Getting an image onto the engine: asked for once at a time however many tasks want it, tried again where that may help,
// and an image that is there already used when the registry cannot be reached.
import { type BackOff, type Clock, delay, type Log, pauseAfter } from "../../kernel/index.ts"
import { type ContainerDriver, DriverError, type ImageInfo } from "../driver.ts"
import { ownImage } from "../own-image.ts"
import type { TaskEngineOptions } from "./options.ts"

/** As ECS's agent: five tries, 1.1 to 5 seconds apart. */
const retries: BackOff = { first: 1_100, factor: 2, max: 5_000 }
const mostAttempts = 5

/** Thrown when an image cannot be had; `cause` is the driver's error of the last attempt. */
export class PullFailure extends Error {
  readonly attempts: number
  constructor(attempts: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = "PullFailure"
    this.attempts = attempts
  }
}

export interface PullRequest {
  readonly reference: string
  readonly auth?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Gets images; rejects with {@link PullFailure}. */
export type Pulls = (request: PullRequest) => Promise<ImageInfo>

interface Parts {
  readonly driver: Pick<ContainerDriver, "image" | "pull">
  readonly clock: Clock
  readonly log: Log
  readonly behaviour: NonNullable<TaskEngineOptions["imagePull"]>
}

export const createPulls = (parts: Parts): Pulls => {
  const { driver, behaviour } = parts
  /** Pulls under way, with how many wait for each: the last to give up ends it. */
  const underWay = new Map<string, { image: Promise<ImageInfo>; waiting: number; ended: AbortController }>()
  const pulled = new Set<string>()

  const shared = async (request: PullRequest, cached: ImageInfo | undefined): Promise<ImageInfo> => {
    const key = JSON.stringify([request.reference, request.auth])
    const ended = new AbortController()
    const entry = underWay.get(key) ?? {
      image: pullWithRetries(parts, { ...request, signal: ended.signal }, cached).finally(() => underWay.delete(key)),
      waiting: 0,
      ended,
    }
    underWay.set(key, entry)
    entry.waiting++
    const leave = () => {
      entry.waiting--
      if (entry.waiting === 0) entry.ended.abort()
    }
    request.signal.addEventListener("abort", leave, { once: true })
    try {
      const image = await entry.image
      pulled.add(request.reference)
      return image
    } finally {
      request.signal.removeEventListener("abort", leave)
    }
  }

  return async (request) => {
    const cached = await driver.image(request.reference)
    if (cached && isGoodEnough(cached, request.reference, behaviour, pulled)) return cached
    return shared(request, cached)
  }
}

const isGoodEnough = (
  image: ImageInfo,
  reference: string,
  behaviour: Parts["behaviour"],
  pulled: ReadonlySet<string>,
): boolean => {
  if (behaviour === "prefer-cached") return true
  if (behaviour === "once" && pulled.has(reference)) return true
  // A digest names one content, and what was built here is in no registry: asking would only cost the time of an answer.
  return behaviour !== "always" && (image.digest === undefined || reference.includes("@sha256:"))
}

/** What our own registry refuses stays refused: a role that may not pull must not get what another has pulled. */
const isLastWord = (reference: string, { code }: DriverError): boolean =>
  (code === "pull-denied" || code === "pull-not-found") && ownImage(reference) !== undefined

const pullWithRetries = async (
  { driver, clock, log, behaviour }: Parts,
  request: PullRequest,
  cached: ImageInfo | undefined,
): Promise<ImageInfo> => {
  const { reference, signal, auth, environment } = request
  const fallback = behaviour === "always" ? undefined : cached
  for (let attempt = 1; ; attempt++) {
    try {
      return await driver.pull(reference, { signal, ...(auth && { auth }), ...(environment && { environment }) })
    } catch (error) {
      if (!(error instanceof DriverError)) throw error
      if (fallback && !signal.aborted && !isLastWord(reference, error)) {
        log.warn("Pulling failed; the image that the engine has is used", { image: reference, error: error.message })
        return fallback
      }
      if (signal.aborted || !error.retryable || attempt === mostAttempts) throw new PullFailure(attempt, error)
      await delay(clock, pauseAfter(retries, attempt), signal)
    }
  }
}
