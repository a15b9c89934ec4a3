// Between the control plane and the proxy: whole, versioned configurations one way, reports the other.
// The proxy itself comes with the load balancers; the shapes of its channel are settled here.

/** All that a proxy is to do. A proxy applies the newest version that it has seen and drops older ones. */
export interface ProxyConfiguration {
  readonly version: number
  readonly listeners: readonly object[]
  readonly pools: readonly object[]
}

export type ToProxy = { readonly type: "configuration"; readonly configuration: ProxyConfiguration }

export type FromProxy =
  | { readonly type: "applied"; readonly version: number }
  | {
      readonly type: "health"
      readonly target: string
      readonly pool: string
      readonly state: string
      readonly reason?: string
    }
