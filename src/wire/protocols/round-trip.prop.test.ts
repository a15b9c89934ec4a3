// Whatever the model can say survives the wire: for every operation of every service, in each of its protocols, a random input
// and a random output come out as they went in.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { dice, structureValue } from "../../../test/support/model-values.ts"
import { Fault } from "../../kernel/index.ts"
import {
  loadContract,
  type OperationContract,
  type ProtocolName,
  type ServiceContract,
  serviceNames,
} from "../../model/index.ts"
import { bareCode } from "../faults.ts"
import { route } from "../routing.ts"
import { protocols } from "./index.ts"

const cases = (contract: ServiceContract): { protocol: ProtocolName; operation: OperationContract }[] =>
  contract.protocols.flatMap((protocol) =>
    [...contract.operations.values()].map((operation) => ({ protocol, operation })),
  )

for (const service of serviceNames) {
  const contract = loadContract(service)
  test(`${service}: every operation's requests are routed to it and read as they were meant`, () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const { protocol, operation } of sample(cases(contract), seed)) {
          const input = unambiguous(structureValue(operation.input, dice(seed)))
          const ask = protocols[protocol].encodeRequest(contract, operation, input)
          const at = route(ask, contract.signingName)
          assert.deepEqual([at.operation, at.protocol, at.service], [operation.name, protocol, service])
          assert.deepEqual(protocols[protocol].decodeRequest(contract, operation, ask, at.labels), input)
        }
      }),
      { numRuns: 30 },
    )
  })

  test(`${service}: every operation's answers are read as they were meant`, () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const { protocol, operation } of sample(cases(contract), seed)) {
          const output = structureValue(operation.output, dice(seed))
          const answer = protocols[protocol].encodeResponse(contract, operation, output, "request-id")
          assert.deepEqual(protocols[protocol].decodeResponse(contract, operation, answer), output, operation.name)
        }
      }),
      { numRuns: 30 },
    )
  })

  test(`${service}: every modelled error comes back with its code, message and status`, () => {
    for (const protocol of contract.protocols) {
      for (const error of contract.errors.values()) {
        const answer = protocols[protocol].encodeFault(
          contract,
          new Fault(error.name, 'as <it> is & "was"'),
          "request-id",
        )
        const read = protocols[protocol].decodeFault(contract, answer)
        const query = protocol === "awsQuery" || protocol === "ec2Query" || protocol === "restXml"
        assert.equal(read.code, bareCode(query ? error.queryCode : error.name))
        assert.equal(read.message, 'as <it> is & "was"')
        assert.equal(read.status, protocol === "awsQuery" || protocol === "ec2Query" ? error.queryStatus : error.status)
      }
    }
  })
}

/** SQS's query form has one name for these two members: AWS itself cannot tell them apart. */
const unambiguous = ({
  AttributeNames: _,
  MessageSystemAttributeNames: __,
  ...input
}: Record<string, unknown>): Record<string, unknown> => input

/** A part of the cases, another with each seed, so that a run is short and all runs together see everything. */
const sample = <T>(all: readonly T[], seed: number): T[] => {
  const stride = Math.max(1, Math.floor(all.length / 40))
  return all.filter((_, i) => i % stride === Math.abs(seed) % stride)
}
