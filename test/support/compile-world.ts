// What the tests of the compiler begin with: `web` with its network and two nodes.

import { type Compiled, newCompiler } from "../../src/fleet/proxy-channel/compile/compile.ts"
import {
  type CertificateRow,
  type InstanceRow,
  interfaceRow,
  memoryStore,
  type Tx,
  wantNetwork,
} from "../../src/state/index.ts"
import { aLoadBalancer, putWeb } from "./balancer-rows.ts"
import { scope, vpc } from "./ecs-harness.ts"

const [first, second] = vpc.subnets
if (!first || !second) throw new Error("the default VPC has subnets")
export const subnetA = first
export const subnetB = second

export const node = (tx: Tx, balancer: string, subnet: typeof subnetA, privateIp: string): void => {
  const made = { interfaceType: "interface", requesterManaged: true, status: "in-use" } as const
  const id = `eni-${privateIp}`
  const row = interfaceRow({ id, subnet, privateIp, securityGroups: [], description: "", createdAt: 0, made })
  tx.networkInterfaces.insert({ ...row, balancer })
}

export const instance = (id: string, state: "running" | "stopped"): InstanceRow =>
  ({
    ...{ ...scope, tags: [], id, privateIp: "172.31.0.50", availabilityZone: "us-east-1a", vpcId: vpc.vpc.id },
    observed: { state, at: 0 },
  }) as unknown as InstanceRow

export const certificate = (arn: string, more: Partial<CertificateRow> = {}): CertificateRow => ({
  ...{ ...scope, tags: [], arn, type: "IMPORTED", status: "ISSUED", domainName: "a.test", names: ["a.test"] },
  ...{ certificate: "CERT\n", chain: "CHAIN\n", sealedKey: `sealed ${arn}`, keyAlgorithm: "RSA-2048", createdAt: 0 },
  ...more,
})

/** `web` with its network and two nodes, and what more a test wants. */
export const world = (more: (tx: Tx) => void = () => {}) => {
  const state = memoryStore()
  putWeb(state)
  state.transact((tx) => {
    wantNetwork(tx, scope, vpc.vpc.id, 0)
    node(tx, aLoadBalancer().arn, subnetB, "172.31.16.9")
    node(tx, aLoadBalancer().arn, subnetA, "172.31.0.9")
    more(tx)
  })
  const compileAll = newCompiler({
    openKey: ({ sealedKey }) => (sealedKey?.includes("broken") ? undefined : sealedKey?.replace("sealed", "KEY")),
    wallTime: (cloud) => cloud / 2,
  })
  const compile = (): Compiled => state.view(compileAll).get("m-shared") ?? { balancers: [], pools: [] }
  return { state, compile, change: (write: (tx: Tx) => void) => void state.transact(write) }
}
