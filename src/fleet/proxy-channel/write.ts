// A configuration as a line of JSON, from pieces that were written out before: a change of one rule or target writes one
// listener or pool again, and not thousands.
import type { BalancerConfiguration, ProxyConfiguration } from "../../protocol/index.ts"

const written = new WeakMap<object, string>()

const once = (thing: object, write: (thing: object) => string = JSON.stringify): string => {
  const known = written.get(thing)
  if (known !== undefined) return known
  const text = write(thing)
  written.set(thing, text)
  return text
}

const list = (texts: readonly string[]): string => `[${texts.join(",")}]`

const balancer = (one: BalancerConfiguration): string => {
  const { listeners, ...rest } = one
  return `${JSON.stringify(rest).slice(0, -1)},"listeners":${list(listeners.map((listener) => once(listener)))}}`
}

/** What is sent, without the end of the line. The pieces of a configuration never change. */
export const writeConfiguration = ({ version, epoch, balancers, pools }: ProxyConfiguration): string => {
  const head = JSON.stringify({ version, epoch }).slice(0, -1)
  const all = list(balancers.map((one) => once(one, () => balancer(one))))
  return `{"type":"configuration","configuration":${head},"balancers":${all},"pools":${list(pools.map((pool) => once(pool)))}}}`
}
