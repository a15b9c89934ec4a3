// No bytes crash the wire: random bodies, and valid requests with bytes changed, always end in an input or in an AWS error that
// can be written down.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { dice, structureValue } from "../../test/support/model-values.ts"
import { Fault } from "../kernel/index.ts"
import { loadContract, type ProtocolName, type ServiceName } from "../model/index.ts"
import type { HttpAsk } from "./http.ts"
import { protocols } from "./protocols/index.ts"
import { route } from "./routing.ts"
import { signatureOf } from "./sigv4/signature.ts"

const targets: readonly (readonly [ServiceName, string, ProtocolName])[] = [
  ["ecs", "RegisterTaskDefinition", "awsJson1_1"],
  ["dynamodb", "PutItem", "awsJson1_0"],
  ["cloudwatch", "PutMetricData", "rpcv2Cbor"],
  ["cloudwatch", "PutMetricAlarm", "awsQuery"],
  ["sqs", "SendMessageBatch", "awsQuery"],
  ["ec2", "RunInstances", "ec2Query"],
  ["scheduler", "CreateSchedule", "restJson1"],
  ["s3", "PutBucketLifecycleConfiguration", "restXml"],
  ["s3", "PutObject", "restXml"],
]

/** Takes a request the whole way to its input. A Fault is an answer; anything else that is thrown fails the property. */
const survives = (ask: HttpAsk, signingName: string | undefined) => {
  signatureOf(ask)
  const at = route(ask, signingName)
  const contract = at.service === undefined ? undefined : loadContract(at.service)
  const answerTo = (fault: Fault) => {
    const answer = protocols[at.protocol].encodeFault(contract, fault, "id")
    assert.ok(answer.status >= 400 && answer.status < 600)
    assert.ok(answer.body.length > 0)
  }
  if (at.fault) return answerTo(at.fault)
  const operation = contract?.operations.get(at.operation ?? "")
  assert.ok(contract && operation)
  try {
    assert.equal(typeof protocols[at.protocol].decodeRequest(contract, operation, ask, at.labels), "object")
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    answerTo(thrown)
  }
}

for (const [service, name, protocol] of targets) {
  const contract = loadContract(service)
  const operation = contract.operations.get(name)
  assert.ok(operation)
  const valid = (seed: number) =>
    protocols[protocol].encodeRequest(contract, operation, structureValue(operation.input, dice(seed)))

  test(`${protocol}: random bytes as the body of ${name}`, () => {
    const ask = valid(1)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        survives({ ...ask, body }, contract.signingName)
      }),
      { numRuns: 300 },
    )
  })

  test(`${protocol}: ${name} with bytes changed, cut or doubled`, () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        fc.nat(),
        (seed, changes, cut) => {
          const ask = valid(seed)
          const body = Uint8Array.from(ask.body)
          for (const [at, byte] of changes) if (body.length > 0) body[at % body.length] = byte
          survives({ ...ask, body }, contract.signingName)
          survives({ ...ask, body: body.subarray(0, cut % (body.length + 1)) }, contract.signingName)
          survives({ ...ask, body: Uint8Array.from([...body, ...body]) }, contract.signingName)
        },
      ),
      { numRuns: 150 },
    )
  })
}

test("random paths, queries, targets and credentials", () => {
  const word = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      "/",
      "//",
      "/..",
      "%",
      "%zz",
      "/service/x/operation/y",
      "Action=",
      "Action=ListUsers&Version=2010-05-08",
      "X-Amz-Credential=a/b/c",
      "&&&=&",
      "/2015-02-01/file-systems/%ff",
    ),
  )
  const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "BREW")
  const name = fc.constantFrom(undefined, "ecs", "s3", "scheduler", "sts", "ec2", "nobody", "__proto__", "constructor")
  const headers = fc.dictionary(
    fc.constantFrom("x-amz-target", "content-type", "authorization", "x-amz-date", "x-amz-content-sha256"),
    word,
  )
  fc.assert(
    fc.property(
      method,
      word,
      word,
      headers,
      name,
      fc.uint8Array({ maxLength: 50 }),
      (m, path, query, h, signingName, body) => {
        survives({ method: m, path: `/${path}`, query, headers: h, body }, signingName)
      },
    ),
    { numRuns: 2000 },
  )
})
