import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { after, before, test } from "node:test"
import { type ConnectionOptions, connect, TLSSocket } from "node:tls"
import { aCertificate } from "../../../test/support/proxy-configuration.ts"
import { type TlsConfiguration, tlsPolicies } from "../../protocol/index.ts"
import { newTlsContexts } from "./contexts.ts"

const contexts = newTlsContexts()
let tls: TlsConfiguration
/** As a front half that has read the hello: no callback is asked. */
let knownName: string | undefined
const server = createServer((socket) => {
  const { secureContext, SNICallback, contextOf } = contexts.contextFor(tls)
  const options = knownName === undefined ? { secureContext, SNICallback } : { secureContext: contextOf(knownName) }
  const secure = new TLSSocket(socket, { isServer: true, ...options })
  secure.on("error", () => socket.destroy())
  secure.resume()
})
before(() => once(server.listen(0, "127.0.0.1"), "listening"))
after(() => server.close())

/** What a client gets: the certificate's common name and type of key, protocol and cipher. */
const shake = async (options: ConnectionOptions) => {
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options })
  await once(socket, "secureConnect")
  const { subject, bits, nistCurve } = socket.getPeerCertificate()
  const seen = {
    name: subject.CN,
    key: nistCurve ? "ec" : `rsa ${bits}`,
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().standardName,
  }
  socket.destroy()
  return seen
}

const policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
const fallback = aCertificate("default", { names: ["default.test"] })

test("the certificate is chosen by exact name, then by wildcard, else it is the default one", async () => {
  tls = {
    policy,
    certificates: [
      fallback,
      aCertificate("wild", { names: ["*.Example.com"] }),
      aCertificate("exact", { names: ["api.example.com"] }),
    ],
  }
  const names = ["api.example.com", "WWW.example.com", "example.com", "a.b.example.com"]
  const seen = []
  for (const servername of names) seen.push((await shake({ servername })).name)
  assert.deepEqual(seen, ["api.example.com", "*.Example.com", "default.test", "default.test"])
  assert.equal((await shake({})).name, "default.test")
  assert.equal(contexts.contextFor(tls).chosen("www.example.com"), "wild")
  assert.equal(contexts.contextFor(tls).chosen(false), "default")
})

test("of two certificates for one name the client gets one with a key that it can use, elliptic curves without asking", async () => {
  const names = ["both.test"]
  tls = {
    policy,
    certificates: [fallback, aCertificate("ec", { names }), aCertificate("rsa", { names, key: "rsa" })],
  }
  assert.equal((await shake({ servername: "both.test" })).key, "ec")
  knownName = "both.test"
  const rsaOnly = { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" } as const
  assert.equal((await shake(rsaOnly)).key, "rsa 2048")
  assert.equal((await shake({ ...rsaOnly, ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" })).key, "ec")
  knownName = undefined
})

test("a policy's protocol versions and order of ciphers hold", async () => {
  tls = { policy: "ELBSecurityPolicy-2016-08", certificates: [fallback] }
  const weakest = { maxVersion: "TLSv1", minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" } as const
  assert.equal((await shake(weakest)).protocol, "TLSv1")
  assert.deepEqual((await shake({})).protocol, "TLSv1.2")
  assert.equal((await shake({})).cipher, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
  tls = { policy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", certificates: [fallback] }
  assert.deepEqual([(await shake({})).protocol, (await shake({})).cipher], ["TLSv1.3", "TLS_AES_128_GCM_SHA256"])
  await assert.rejects(shake({ ...weakest, maxVersion: "TLSv1.1" }))
})

test("contexts can be made of every policy, and the same configuration gives the same one", () => {
  for (const { name } of tlsPolicies) {
    const one = { policy: name, certificates: [fallback] }
    assert.equal(contexts.contextFor(one), contexts.contextFor({ ...one }), name)
    assert.ok(contexts.toTargets(name))
  }
})
