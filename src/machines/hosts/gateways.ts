// What a VPC's gateway address offers to the containers of its network, from the point of view of a host: a resolver,
// and in a machine apart also the way to the APIs.
import { type Clock, errorFields, type Log } from "../../kernel/index.ts"
import type { NameWish } from "../../protocol/index.ts"
import { Resolver } from "../resolver/server.ts"
import type { Upstream } from "../resolver/upstream.ts"

/** The gateway of one network. */
export interface Gateway {
  /** The network's key. */
  readonly key: string
  readonly address: string
}

export interface Gateways {
  /** Resolves when the gateway answers; rejects with the reason when it cannot. Opening an open one does nothing. */
  open(gateway: Gateway): Promise<void>
  shut(key: string): Promise<void>
  /** Replaces the names of all networks. */
  setNames(names: readonly NameWish[]): void
  close(): Promise<void>
}

/** Resolvers in this process and its network namespace. */
export const localGateways = (options: { upstream: Upstream; clock: Clock; log: Log; port?: number }): Gateways => {
  const resolvers = new Map<string, Resolver>()
  let names: readonly NameWish[] = []
  const tell = (key: string, resolver: Resolver) => resolver.setNames(names.filter((name) => name.network === key))
  const shut = async (key: string) => {
    const resolver = resolvers.get(key)
    resolvers.delete(key)
    await resolver?.close()
  }
  return {
    async open({ key, address }) {
      if (resolvers.has(key)) return
      const resolver = await Resolver.listen({ address, port: options.port ?? 53, upstream: options.upstream }).catch(
        (error: unknown) => {
          options.log.warn("a VPC resolver cannot listen", { address, ...errorFields(error) })
          throw new Error(
            `the resolver of the VPC cannot listen: ${error instanceof Error ? error.message : String(error)}`,
          )
        },
      )
      resolvers.set(key, resolver)
      tell(key, resolver)
    },
    shut,
    setNames(all) {
      names = all
      for (const [key, resolver] of resolvers) tell(key, resolver)
    },
    async close() {
      await Promise.all([...resolvers.keys()].map(shut))
    },
  }
}
