// Which front serves a listener after changes, of which some cannot be applied. The certificates are real ones.
import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { test } from "node:test"
import { connect as connectTls, type TLSSocket } from "node:tls"
import { aBalancer, aCertificate, aListener, aPool, aTarget } from "../../test/support/proxy-configuration.ts"
import { realClock } from "../../test/support/real-clock.ts"
import { silentLog } from "../kernel/index.ts"
import type { CertificateConfiguration, ListenerConfiguration } from "../protocol/index.ts"
import { Fronts } from "./fronts.ts"
import { httpFront, streamFront } from "./index.ts"
import { newSharedParts } from "./shared-parts.ts"

const first = aCertificate("arn:first", { names: ["first.example.com"] })
const second = aCertificate("arn:second", { names: ["second.example.com"] })
const unreadable = { ...second, certificate: "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n" }

const portOf = async (server: ReturnType<typeof createServer>): Promise<number> => {
  await once(server.listen(0, "127.0.0.1"), "listening")
  return (server.address() as AddressInfo).port
}

for (const protocol of ["TLS", "HTTPS"] as const)
  test(`a certificate that cannot be read leaves a listener of ${protocol} as it was`, async (t) => {
    const target = createServer((socket) => void socket.on("error", () => {}).pipe(socket))
    t.after(() => target.close())
    const shared = newSharedParts({
      ...{ clock: realClock, random: () => {}, log: silentLog, secret: new Uint8Array(32) },
      ...{ reportHealth: () => {}, reportMetrics: () => {} },
    })
    t.after(() => shared.close())
    const fronts = new Fronts({ http: httpFront, stream: streamFront }, shared.parts)
    const pool = aPool({ targets: [aTarget(`a:${await portOf(target)}`)] })
    const listenerWith = (certificate: CertificateConfiguration): ListenerConfiguration =>
      aListener({ protocol, tls: { policy: "ELBSecurityPolicy-2016-08", certificates: [certificate] } })
    const apply = (certificate: CertificateConfiguration) => {
      const listeners = [listenerWith(certificate)]
      const balancer = aBalancer({ kind: protocol === "TLS" ? "network" : "application", listeners })
      shared.apply({ balancers: [balancer], pools: [pool] })
      const { served, end } = fronts.apply([balancer])
      const [one] = served
      assert.ok(one)
      return { one, end }
    }
    let { one, end } = apply(first)
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      assert.ok("accept" in one.front)
      one.front.accept(socket, { address: "127.0.0.1", port: 443, zone: "us-east-1a", name: "address" })
    })
    const port = await portOf(server)
    const opened: Socket[] = []
    t.after(async () => {
      for (const socket of opened) socket.destroy()
      server.close()
      await fronts.close()
    })
    const open = async (): Promise<TLSSocket> => {
      const socket = connectTls({ socket: connect(port, "127.0.0.1"), rejectUnauthorized: false })
      opened.push(socket)
      await once(socket, "secureConnect")
      return socket
    }
    const nameOf = (socket: TLSSocket) => socket.getPeerCertificate().subjectaltname?.split(",")[0]
    const long = await open()
    assert.equal(nameOf(long), "DNS:first.example.com")

    const { front } = one
    ;({ one, end } = apply(unreadable))
    await end()
    assert.equal(one.front, front)
    assert.equal(one.listener.tls?.certificates[0]?.arn, "arn:first")
    assert.match(one.unchanged ?? "", /^The listener is served as it was before its last change: .+\.$/)
    assert.equal(nameOf(await open()), "DNS:first.example.com")

    ;({ one, end } = apply(second))
    await end()
    assert.equal(one.unchanged, undefined)
    assert.equal(nameOf(await open()), "DNS:second.example.com")
    if (protocol === "TLS") {
      long.write("still here")
      const [chunk] = (await once(long, "data")) as [Buffer]
      assert.equal(chunk.toString(), "still here")
    } else assert.equal(long.destroyed, false)
  })

test("a new listener that cannot be served has a reason and no front, and gets one when it can be", () => {
  let closed = 0
  let fails = true
  const fronts = new Fronts(
    {
      stream: () => ({
        configure: () => {
          if (fails) throw new Error("not yet")
        },
        accept: () => {},
        close: async () => void closed++,
      }),
    },
    { log: silentLog } as ConstructorParameters<typeof Fronts>[1],
  )
  const balancers = [aBalancer({ listeners: [aListener()] })]
  const refused = fronts.apply(balancers)
  assert.deepEqual(refused.served[0]?.front, { failure: "The listener cannot be served: not yet." })
  void refused.end()
  assert.equal(closed, 1)
  fails = false
  const [served] = fronts.apply(balancers).served
  assert.ok(served && "accept" in served.front)
  assert.equal(served.unchanged, undefined)
})
