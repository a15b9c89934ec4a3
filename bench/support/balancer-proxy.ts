// Our data plane of an application load balancer, as its process runs it, in a process of its own. Arguments: the target's
// port, how many rules there are, how many targets.
import { randomFillSync } from "node:crypto"
import { createServer } from "node:net"
import { silentLog } from "../../src/kernel/index.ts"
import { httpFront } from "../../src/proxy/index.ts"
import { newSharedParts } from "../../src/proxy/shared-parts.ts"
import { aBalancer, aListener, aPool, aTarget } from "../../test/support/proxy-configuration.ts"
import { realClock } from "../../test/support/real-clock.ts"
import { sayPort } from "./say-port.ts"

const [port = 0, rules = 1, targets = 1] = process.argv.slice(2).map(Number)

const shared = newSharedParts({
  clock: realClock,
  random: (bytes) => void randomFillSync(bytes),
  log: silentLog,
  secret: new Uint8Array(32),
  reportHealth: () => {},
  reportMetrics: () => {},
})
const front = httpFront(shared.parts)
const pool = aPool({
  protocol: "HTTP",
  // All of them are the one server, by another of the loopback's addresses.
  targets: Array.from({ length: targets }, (_, i) =>
    aTarget(`t${i}:${port}`, { address: `127.1.${Math.floor(i / 250)}.${(i % 250) + 1}` }),
  ),
})
const plain = aListener({ protocol: "HTTP" })
const [last] = plain.rules
if (!last) throw new Error("a listener has a default rule")
const listener = {
  ...plain,
  rules: [
    ...Array.from({ length: rules - 1 }, (_, i) => ({
      ...last,
      id: `arn:rule/${i}`,
      priority: i + 1,
      conditions:
        i % 2 === 0
          ? [{ field: "path-pattern" as const, values: [`/service-${i}/*`] }]
          : [{ field: "host-header" as const, values: [`*.s${i}.example.com`] }],
    })),
    last,
  ],
}
const balancer = aBalancer({ kind: "application", listeners: [listener] })
shared.apply({ balancers: [balancer], pools: [pool] })
front.configure(balancer, listener)
const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) =>
  front.accept(socket, { address: "127.0.0.1", port: 80, zone: "us-east-1a", name: "address" }),
)
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => sayPort(server))
