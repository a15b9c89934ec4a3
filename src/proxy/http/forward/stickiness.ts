// Stickiness: which target, and which of several target groups, a client's cookies say; and the cookies that an answer
// sets, so that the next request comes to the same. Reference 5.3.
import type { PoolConfiguration } from "../../../protocol/index.ts"
import type { Pool, Target } from "../../pools/pool.ts"
import type { ResponseHead } from "../upstream/types.ts"
import { type CookieSeal, cookieValue } from "./sealed-cookie.ts"

export interface CookieOptions {
  readonly now: number
  readonly secure: boolean
}

/** Of an application load balancer's own cookie; that of an application; of a classic load balancer both. */
export type Stickiness =
  | { readonly type: "lb_cookie"; readonly seconds: number }
  | { readonly type: "app_cookie"; readonly name: string; readonly seconds: number }
  | { readonly type: "classic"; readonly seconds?: number; readonly cookie?: string }

const daySeconds = 86_400
/** The cookie beside an application's own lives so long, whatever the stickiness (sticky sessions guide). */
const appCookieSeconds = 7 * daySeconds
/** AWS spreads the value over up to four cookies and says so of those that it does not need. */
const appCookieNames = ["AWSALBAPP-1", "AWSALBAPP-2", "AWSALBAPP-3"]

export const stickinessOf = ({ attributes, stickiness }: PoolConfiguration): Stickiness | undefined => {
  if (stickiness)
    return stickiness.type === "app_cookie"
      ? { type: "classic", cookie: stickiness.name }
      : { type: "classic", ...(stickiness.seconds !== undefined && { seconds: stickiness.seconds }) }
  if (attributes["stickiness.enabled"] !== "true") return undefined
  if (attributes["stickiness.type"] !== "app_cookie")
    return { type: "lb_cookie", seconds: Number(attributes["stickiness.lb_cookie.duration_seconds"] ?? daySeconds) }
  const name = attributes["stickiness.app_cookie.cookie_name"] ?? ""
  return {
    type: "app_cookie",
    name,
    seconds: Number(attributes["stickiness.app_cookie.duration_seconds"] ?? daySeconds),
  }
}

/** The target that the client's cookies name; undefined when it cannot have new requests any more. */
export const stuckTo = (
  seal: CookieSeal,
  stickiness: Stickiness,
  pool: Pool,
  cookies: string,
  now: number,
): Target | undefined => {
  if (cookies === "") return undefined
  const name = { lb_cookie: "AWSALB", app_cookie: "AWSALBAPP-0", classic: "AWSELB" }[stickiness.type]
  // Without the application's own cookie the session is over.
  const needed = stickiness.type === "app_cookie" ? stickiness.name : stickiness.type === "classic" && stickiness.cookie
  if (needed && cookieValue(cookies, needed) === undefined) return undefined
  const other = { lb_cookie: "AWSALBCORS", app_cookie: undefined, classic: "AWSELBCORS" }[stickiness.type]
  const value = cookieValue(cookies, name) ?? (other && cookieValue(cookies, other))
  const [id = "", until = ""] = (value && seal.open(pool.id, value)) || []
  return Number(until) > now ? pool.target(id) : undefined
}

/** Values of Set-Cookie for an answer of `target`. */
export const stickyCookies = (
  seal: CookieSeal,
  stickiness: Stickiness,
  { pool, target, wasStuck }: { readonly pool: Pool; readonly target: Target; readonly wasStuck: boolean },
  answer: ResponseHead,
  options: CookieOptions,
): readonly string[] => {
  switch (stickiness.type) {
    case "lb_cookie": {
      const until = options.now + stickiness.seconds * 1000
      return cookiePair("AWSALB", seal.seal(pool.id, [target.id, String(until)]), until, options)
    }
    case "app_cookie": {
      if (!wasStuck && !setsCookie(answer, stickiness.name)) return []
      const value = seal.seal(pool.id, [target.id, String(options.now + stickiness.seconds * 1000)])
      const expires = httpDate(options.now + appCookieSeconds * 1000)
      return [
        `AWSALBAPP-0=${value}; Expires=${expires}; Path=/`,
        ...appCookieNames.map((name) => `${name}=_remove_; Expires=${expires}; Path=/`),
      ]
    }
    case "classic": {
      // AWS gives the cookie once; it lives as long as its policy, or the application's cookie, says.
      if (wasStuck || (stickiness.cookie !== undefined && !setsCookie(answer, stickiness.cookie))) return []
      const { seconds } = stickiness
      const until = seconds === undefined ? Number.MAX_SAFE_INTEGER : options.now + seconds * 1000
      const value = seal.seal(pool.id, [target.id, String(until)])
      return [`AWSELB=${value};PATH=/${seconds === undefined ? "" : `;MAX-AGE=${seconds}`}`]
    }
  }
}

const groupCookie = "AWSALBTG"

/** The target group that the client's cookie names. */
export const stuckGroup = (seal: CookieSeal, rule: string, cookies: string, now: number): string | undefined => {
  if (cookies === "") return undefined
  const value = cookieValue(cookies, groupCookie) ?? cookieValue(cookies, `${groupCookie}CORS`)
  const [id, until = ""] = (value && seal.open(rule, value)) || []
  return Number(until) > now ? id : undefined
}

export const groupCookies = (
  seal: CookieSeal,
  rule: string,
  { group, seconds }: { readonly group: string; readonly seconds: number },
  options: CookieOptions,
): readonly string[] => {
  const until = options.now + seconds * 1000
  return cookiePair(groupCookie, seal.seal(rule, [group, String(until)]), until, options)
}

/** AWS sets each twice: once more for requests from other sites. */
const cookiePair = (name: string, value: string, until: number, { secure }: CookieOptions): readonly string[] => {
  const expires = httpDate(until)
  return [
    `${name}=${value}; Expires=${expires}; Path=/`,
    `${name}CORS=${value}; Expires=${expires}; Path=/; SameSite=None${secure ? "; Secure" : ""}`,
  ]
}

const httpDate = (at: number) => new Date(at).toUTCString()

const setsCookie = ({ headers }: ResponseHead, name: string): boolean => {
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i]?.toLowerCase() === "set-cookie" && headers[i + 1]?.startsWith(`${name}=`)) return true
  return false
}
