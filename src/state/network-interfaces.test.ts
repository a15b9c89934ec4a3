import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  allocateAddress,
  defaultSecurityGroupOf,
  defaultVpcRows,
  ensureDefaultVpc,
  freeAddresses,
  interfaceRow,
  memoryStore,
  privateDnsNameOf,
  type SubnetRow,
  zonesOf,
} from "./index.ts"
import { parseAddress, parseCidr } from "./ipv4.ts"

const scope = { account: "000000000000", region: "us-east-1" }
const [subnet] = defaultVpcRows(scope).subnets
assert.ok(subnet)
/** Eleven addresses can be given out: .4 to .14. */
const small: SubnetRow = { ...subnet, id: "subnet-small", cidr: "10.0.0.0/28" }

const take = (store: ReturnType<typeof memoryStore>, from: SubnetRow, id: string) =>
  store.transact((tx) => {
    const privateIp = allocateAddress(tx, from, id)
    if (privateIp === undefined) return undefined
    return tx.networkInterfaces.insert(
      interfaceRow({ id, subnet: from, privateIp, securityGroups: [], description: "", createdAt: 0 }),
    )
  }).value

test("a subnet gives out every address but the first four and the last, each once", () => {
  const store = memoryStore()
  const given = Array.from({ length: 12 }, (_, i) => take(store, small, `eni-${i}`)?.privateIp)
  assert.equal(given.pop(), undefined)
  assert.deepEqual(
    given.map((ip) => Number(ip?.split(".")[3])).sort((a, b) => a - b),
    [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  )
  assert.equal(
    store.view((view) => freeAddresses(view, small)),
    0,
  )
})

test("whatever is taken and given back, an address has one holder at a time and lies in its subnet", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ give: fc.boolean(), at: fc.nat() }), { maxLength: 60 }), (steps) => {
      const store = memoryStore()
      const held: { id: string; privateIp: string }[] = []
      for (const [n, { give, at }] of steps.entries()) {
        const back = give ? held.splice(at % (held.length || 1), 1)[0] : undefined
        if (back) {
          store.transact((tx) => tx.networkInterfaces.delete(`000000000000/us-east-1/${back.id}`))
          continue
        }
        const row = take(store, small, `eni-${n}`)
        assert.equal(row === undefined, held.length === 11)
        if (row) held.push(row)
      }
      assert.equal(new Set(held.map((row) => row.privateIp)).size, held.length)
      for (const { privateIp } of held) assert.match(privateIp, /^10\.0\.0\.([4-9]|1[0-4])$/)
    }),
  )
})

test("an address that was given back is not the next to be handed out", () => {
  const store = memoryStore()
  const first = take(store, subnet, "eni-first")
  assert.ok(first)
  store.transact((tx) => tx.networkInterfaces.delete(`000000000000/us-east-1/${first.id}`))
  const next = Array.from({ length: 20 }, (_, i) => take(store, subnet, `eni-${i}`)?.privateIp)
  assert.ok(!next.includes(first.privateIp))
})

test("an interface has the hardware address and the private name of its address", () => {
  const row = interfaceRow({
    id: "eni-1",
    subnet,
    privateIp: "172.31.1.5",
    securityGroups: ["sg-1"],
    description: "d",
    createdAt: 7,
    taskArn: "arn:task",
  })
  assert.equal(row.macAddress, "02:42:ac:1f:01:05")
  assert.equal(row.privateDnsName, "ip-172-31-1-5.ec2.internal")
  assert.equal(privateDnsNameOf("eu-west-1", "172.31.1.5"), "ip-172-31-1-5.eu-west-1.compute.internal")
  assert.equal(row.requesterManaged, true)
  assert.equal(row.status, "in-use")
})

test("the default VPC is made once, with the same ids everywhere and others in every account and region", () => {
  const one = memoryStore()
  const first = one.transact((tx) => ensureDefaultVpc(tx, scope))
  const again = one.transact((tx) => ensureDefaultVpc(tx, scope))
  assert.equal(again.position, first.position)
  assert.equal(again.value, first.value)
  assert.equal(
    one.view((view) => view.subnets.size),
    3,
  )
  const elsewhere = memoryStore().transact((tx) => ensureDefaultVpc(tx, scope)).value
  assert.deepEqual(elsewhere, first.value)
  const ids = [scope, { ...scope, region: "eu-west-1" }, { ...scope, account: "111111111111" }].flatMap((s) => {
    const rows = defaultVpcRows(s)
    return [rows.vpc, ...rows.subnets, rows.routeTable, rows.internetGateway, rows.securityGroup].map((row) => row.id)
  })
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[a-z]+-[0-9a-f]{17}$/)
  assert.equal(one.view((view) => defaultSecurityGroupOf(view, scope, first.value?.id ?? ""))?.name, "default")
})

test("zones have the ids that AWS gives them", () => {
  const ids = ["us-east-1", "ap-southeast-2", "ap-northeast-1", "eu-central-1", "me-central-1", "il-central-1"].map(
    (region) => zonesOf(region)[0]?.id,
  )
  assert.deepEqual(ids, ["use1-az1", "apse2-az1", "apne1-az1", "euc1-az1", "mec1-az1", "ilc1-az1"])
})

test("only dotted decimals are addresses, and only they with a prefix are blocks", () => {
  assert.equal(parseAddress("172.31.0.1"), 2887712769)
  for (const text of ["172.31.0", "172.31.0.256", "172.31.0.01", "172.31.0.x", "", "1.2.3.4.5"]) {
    assert.equal(parseAddress(text), undefined)
  }
  assert.deepEqual(parseCidr("172.31.16.7/20"), { base: 2887716864, prefix: 20, size: 4096 })
  for (const text of ["172.31.0.0", "172.31.0.0/33", "172.31.0.0/", "x/20", "1.2.3.4/2/3"]) {
    assert.equal(parseCidr(text), undefined)
  }
})
