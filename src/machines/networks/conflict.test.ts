// What of a machine collides with a network that we want to make, and what does not.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { link } from "../../protocol/index.ts"
import { type Block, blockOf, formatBlock, holds, overlap, parseBlock } from "./cidr.ts"
import { linkConflict, type Taken, vpcConflict } from "./conflict.ts"
import { takenByNetworks, takenByRoutes } from "./taken.ts"

const block = (text: string): Block => {
  const parsed = parseBlock(text)
  assert.ok(parsed)
  return parsed
}

const vpc = block("172.31.0.0/16")
const linkBlock = block(link.subnet)
const route = (text: string): Taken => ({ block: block(text), by: { kind: "route", device: "eth0" } })

/** As the kernel prints it: a default route, the host's own network, and a Docker bridge without a container. */
const routes = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`

test("the kernel's routing table is read", () => {
  assert.deepEqual(
    takenByRoutes(routes).map(({ block, by }) => [formatBlock(block), by]),
    [
      ["0.0.0.0/0", { kind: "route", device: "eth0" }],
      ["172.17.0.0/16", { kind: "route", device: "docker0" }],
      ["192.0.2.0/24", { kind: "route", device: "eth0" }],
    ],
  )
})

test("a machine with a default route and Docker's bridge has room for the default VPC", () => {
  assert.equal(vpcConflict(vpc, takenByRoutes(routes)), undefined)
})

test("the halves of the address space by which a VPN routes everything are no conflict", () => {
  assert.equal(vpcConflict(vpc, [route("0.0.0.0/1"), route("128.0.0.0/1")]), undefined)
})

test("a route around the VPC is a conflict that names it", () => {
  assert.deepEqual(vpcConflict(vpc, [route("172.16.0.0/12")]), {
    reason: "172.31.0.0/16 overlaps a route of this machine to 172.16.0.0/12 over eth0",
  })
})

test("networks of a user, of ourselves and of another Roadstead are told apart", () => {
  const network = (Name: string, Labels: Record<string, string> | null) => ({
    Id: Name,
    Name,
    Labels,
    IPAM: { Config: [{ Subnet: "172.31.0.0/20" }] },
  })
  const reason = (Name: string, Labels: Record<string, string> | null) =>
    vpcConflict(vpc, takenByNetworks([network(Name, Labels)], "me"))
  assert.deepEqual(reason("compose_default", null), {
    reason: "172.31.0.0/16 overlaps the Docker network compose_default (172.31.0.0/20)",
  })
  assert.deepEqual(reason("roadstead-vpc-1", { "io.roadstead.owner": "me", "io.roadstead.network": "1/r/vpc-1" }), {
    reason: "172.31.0.0/16 overlaps the VPC 1/r/vpc-1 (172.31.0.0/20)",
  })
  assert.deepEqual(reason("roadstead-link", { "io.roadstead.owner": "them" }), {
    reason:
      "172.31.0.0/16 overlaps the Docker network roadstead-link (172.31.0.0/20) of the Roadstead with data folder id them",
    other: "them",
  })
})

test("a route for all link-local addresses leaves room for the link network, one inside it does not", () => {
  assert.equal(linkConflict(linkBlock, [route("169.254.0.0/16")]), undefined)
  assert.match(linkConflict(linkBlock, [route("169.254.169.254/32")])?.reason ?? "", /169\.254\.169\.254\/32 over eth0/)
})

test("two blocks overlap just when one holds the other", () => {
  const anyBlock = fc
    .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 0, max: 32 }))
    .map(([address, prefix]) => blockOf(address, prefix))
  fc.assert(
    fc.property(anyBlock, anyBlock, (a, b) => {
      assert.equal(overlap(a, b), holds(a, b) || holds(b, a))
      assert.deepEqual(parseBlock(formatBlock(a)), a)
    }),
  )
})

test("what is no block is not read as one", () => {
  for (const text of ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.256/8", "fd00::/8", "10.0.0.0/x"]) {
    assert.equal(parseBlock(text), undefined, text)
  }
})
