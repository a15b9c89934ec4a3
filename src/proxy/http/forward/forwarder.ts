// From a rule's forward action to one target: the target group by weight or cookie, the target by cookie or the group's
// algorithm. One for each listener.
import type { Pool, Pools, Target } from "../../pools/pool.ts"
import type { Forwarded, Outcome } from "../outcome.ts"
import { type Algorithm, type Chance, chooseGroup, TargetChoice } from "./choice.ts"
import type { CookieSeal } from "./sealed-cookie.ts"
import { groupCookies, stickinessOf, stickyCookies, stuckGroup, stuckTo } from "./stickiness.ts"

const none: readonly string[] = []
const noCookies = () => none
const noTargets: ReadonlySet<Target> = new Set()

export class Forwarder {
  readonly #pools: Pools
  readonly #seal: CookieSeal
  readonly #chance: Chance
  readonly #choice: TargetChoice

  constructor(pools: Pools, seal: CookieSeal, chance: Chance) {
    this.#pools = pools
    this.#seal = seal
    this.#chance = chance
    this.#choice = new TargetChoice(chance)
  }

  /** A status where there is nobody to forward to. `without`: that one would not have it, nor those it was tried after. */
  pick(out: Outcome, without?: Forwarded): Forwarded | number {
    const { serving, rule, head, client } = out
    if (rule?.action.type !== "forward") return 500
    const { pools, stickySeconds } = rule.action
    const now = out.beganAt
    const stuck = stickySeconds === undefined ? undefined : stuckGroup(this.#seal, rule.id, head.cookie, now)
    const group = pools.find(({ pool }) => pool === (without?.pool.id ?? stuck)) ?? chooseGroup(pools, this.#chance)
    const pool = group && this.#pools.get(group.pool)
    if (!pool) return 503
    if (!isSpoken(pool, out)) return 464
    const candidates = without ? others(out, without, pool) : availableIn(pool, out)
    const stickiness = stickinessOf(pool.configuration)
    const named = stickiness && stuckTo(this.#seal, stickiness, pool, head.cookie, now)
    const wanted = named && candidates.includes(named) ? named : undefined
    const algorithm = serving.classic
      ? "least_outstanding_requests"
      : ((pool.configuration.attributes["load_balancing.algorithm.type"] ?? "round_robin") as Algorithm)
    const target = wanted ?? this.#choice.choose(candidates, { pool: pool.id, algorithm, now })
    if (!target) return 503
    const tried = without ? new Set([...without.tried, without.target]) : noTargets
    const options = { now, secure: client.connection.tls !== undefined }
    const sticky = { pool, target, wasStuck: wanted !== undefined }
    if (!stickiness && stickySeconds === undefined) return { pool, target, unsticky: false, tried, cookies: noCookies }
    return {
      pool,
      target,
      tried,
      unsticky: stickiness !== undefined && wanted === undefined,
      cookies: (answer) => [
        ...(stickySeconds === undefined
          ? none
          : groupCookies(this.#seal, rule.id, { group: pool.id, seconds: stickySeconds }, options)),
        ...(stickiness ? stickyCookies(this.#seal, stickiness, sticky, answer, options) : none),
      ],
    }
  }

  /** Whether a request that a target would not have can go to another of its group. */
  hasOther(out: Outcome, refused: Forwarded): boolean {
    return others(out, refused, refused.pool).length > 0
  }

  /** After a configuration: forgets what is gone. */
  configured(): void {
    this.#choice.keep((pool) => this.#pools.get(pool) !== undefined)
  }
}

const availableIn = (pool: Pool, { serving, client }: Outcome): readonly Target[] =>
  pool.available(client.connection.way.zone, serving.crossZone)

const others = (out: Outcome, { tried, target }: Forwarded, pool: Pool): readonly Target[] =>
  availableIn(pool, out).filter((one) => one !== target && !tried.has(one))

/** Whether the client speaks what the target group's protocol version needs (troubleshooting, HTTP 464). */
const isSpoken = ({ configuration }: Pool, { client, head }: Outcome): boolean => {
  const isHttp2 = client.protocol === "HTTP/2.0"
  switch (configuration.protocolVersion) {
    case "HTTP1":
      return !(isHttp2 && head.contentType.startsWith("application/grpc"))
    case "HTTP2":
      return isHttp2
    case "GRPC":
      return isHttp2 && head.method === "POST"
  }
}
