// The HTTP half of the data plane: serves HTTP and HTTPS listeners of application and of classic load balancers.
import type { FrontParts, MakeFront } from "../front.ts"
import { chanceOf } from "./forward/choice.ts"
import { Forwarder } from "./forward/forwarder.ts"
import { cookieSeal } from "./forward/sealed-cookie.ts"
import { HttpFront } from "./http-front.ts"
import { newShared } from "./new-shared.ts"
import type { Shared } from "./shared.ts"

/** Of one proxy: connections to targets are shared by all of its listeners, and end with the last of them. */
const sharedOf = new WeakMap<FrontParts, { readonly shared: Shared; fronts: number }>()

export const httpFront: MakeFront = (parts) => {
  const known = sharedOf.get(parts) ?? { shared: newShared(parts), fronts: 0 }
  sharedOf.set(parts, known)
  known.fronts++
  const seal = cookieSeal(parts.secret, parts.random)
  const front = new HttpFront(parts, known.shared, new Forwarder(parts.pools, seal, chanceOf(parts.random)))
  return {
    configure: (balancer, listener) => front.configure(balancer, listener),
    accept: (socket, way) => front.accept(socket, way),
    close: async () => {
      await front.close()
      if (--known.fronts > 0) return
      known.shared.upstream.close()
      sharedOf.delete(parts)
    },
  }
}
