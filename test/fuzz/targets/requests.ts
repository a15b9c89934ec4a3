// Requests of every protocol on the way to their input: routing, decoding, and the answer to what is refused.
import assert from "node:assert/strict"
import { Fault } from "../../../src/kernel/index.ts"
import { loadContract, type ProtocolName, type ServiceName } from "../../../src/model/index.ts"
import { readCbor } from "../../../src/wire/codec/cbor-read.ts"
import type { HttpAsk } from "../../../src/wire/http.ts"
import { protocols } from "../../../src/wire/protocols/index.ts"
import { route } from "../../../src/wire/routing.ts"
import { signatureOf } from "../../../src/wire/sigv4/signature.ts"
import { dice, structureValue } from "../../support/model-values.ts"
import { anyValue, asCbor, asForm, asJson, asXml, type Writer, withOther } from "../grammar.ts"
import { mutator } from "../mutate.ts"
import type { Roll } from "../roll.ts"
import { cborHeads, formWords, jsonWords, type Target, xmlWords } from "../target.ts"

/** A request and the service that its signature would name. */
export interface SignedAsk {
  readonly ask: HttpAsk
  readonly signingName: string | undefined
}

/** Longer messages are as easily broken, and slower. */
const longestBody = 300

const formats: Readonly<Record<ProtocolName, { write: Writer; words: readonly (string | Uint8Array)[] }>> = {
  awsJson1_0: { write: asJson, words: jsonWords },
  awsJson1_1: { write: asJson, words: jsonWords },
  restJson1: { write: asJson, words: jsonWords },
  awsQuery: { write: asForm, words: formWords },
  ec2Query: { write: asForm, words: formWords },
  restXml: { write: asXml, words: xmlWords },
  rpcv2Cbor: { write: asCbor, words: cborHeads },
}

/** Numbers that JSON has no word for, and dates that are none: no record could hold them. */
const checkHoldable = (value: unknown): void => {
  if (typeof value === "number") assert.ok(Number.isFinite(value), "a number that no record can hold")
  else if (value instanceof Date) assert.ok(Number.isFinite(value.getTime()), "a date that is none")
  else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    for (const key in value) checkHoldable((value as Record<string, unknown>)[key])
  }
}

/** Takes a request the whole way to its input. A Fault is an answer, and must be writable as one; nothing else may be thrown. */
const survive = ({ ask, signingName }: SignedAsk): void => {
  signatureOf(ask)
  const at = route(ask, signingName)
  const contract = at.service === undefined ? undefined : loadContract(at.service)
  const checkAnswer = (fault: Fault): void => {
    const answer = protocols[at.protocol].encodeFault(contract, fault, "id")
    assert.ok(answer.status >= 400 && answer.status < 600 && answer.body.length > 0)
  }
  if (at.fault) {
    checkAnswer(at.fault)
    return
  }
  const operation = contract?.operations.get(at.operation ?? "")
  assert.ok(contract && operation)
  let input: Record<string, unknown>
  try {
    input = protocols[at.protocol].decodeRequest(contract, operation, ask, at.labels)
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    checkAnswer(thrown)
    return
  }
  assert.equal(typeof input, "object")
  checkHoldable(input)
}

const afterLine = (bytes: Uint8Array): number => bytes.indexOf(10) + 1
const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")

const requestsOf = (service: ServiceName, name: string, protocol: ProtocolName): SignedAsk[] => {
  const contract = loadContract(service)
  const operation = contract.operations.get(name)
  assert.ok(operation, `${service} has ${name}`)
  const asks: SignedAsk[] = []
  for (let seed = 1; asks.length < 12 && seed < 400; seed++) {
    const ask = protocols[protocol].encodeRequest(contract, operation, structureValue(operation.input, dice(seed)))
    if (ask.body.length <= longestBody) asks.push({ ask, signingName: contract.signingName })
  }
  assert.ok(asks.length > 0, `${service} ${name} has short requests`)
  return asks
}

/** A target over operations of services that speak the protocol. */
const requests = (
  protocol: ProtocolName,
  operations: readonly (readonly [ServiceName, string])[],
): Target<SignedAsk> => {
  const corpus = operations.flatMap(([service, name]) => requestsOf(service, name, protocol))
  const { write, words } = formats[protocol]
  const keys = operations.flatMap(([service, name]) =>
    (loadContract(service).operations.get(name)?.input.members ?? []).map((member) => member.name),
  )
  // Only what is one value on the wire has a structure that can be changed without knowing the protocol.
  const trees = corpus.flatMap(({ ask: { body } }) =>
    write === asJson ? [JSON.parse(Buffer.from(body).toString() || "{}")] : write === asCbor ? [readCbor(body)] : [],
  )
  const bodies = mutator(
    corpus.map(({ ask }) => ask.body),
    words,
  )
  const lines = mutator(
    corpus
      .flatMap(({ ask }) => [ask.path, ask.query, ...Object.values(ask.headers)])
      .map((part) => Buffer.from(part ?? "")),
    [
      "/",
      "..",
      "%2f",
      "%zz",
      "?",
      "&",
      "=",
      "X-Amz-Credential=a/b/c",
      "Action=",
      "/service/x/operation/y",
      "__proto__",
    ],
  )
  // Where the path carries the message, it is broken as often as the body.
  const linesOnce = protocol.startsWith("rest") ? 2 : 8
  const line = (roll: Roll, of: string): string => text(lines(roll, Buffer.from(of)))

  return {
    name: protocol,
    make: (roll) => {
      const { ask, signingName } = roll.pick(corpus)
      if (roll.once(linesOnce)) {
        const part = roll.below(5)
        if (part === 0) return { signingName, ask: { ...ask, path: `/${line(roll, ask.path)}` } }
        if (part === 1) return { signingName, ask: { ...ask, query: line(roll, ask.query) } }
        if (part === 2) return { signingName: roll.pick(["s3", "ec2", "constructor", "", signingName]), ask }
        const header = roll.pick(Object.keys(ask.headers))
        if (part === 3 && header) {
          return {
            signingName,
            ask: { ...ask, headers: { ...ask.headers, [header]: line(roll, ask.headers[header] ?? "") } },
          }
        }
        return { signingName, ask: { ...ask, method: roll.pick(["GET", "POST", "PUT", "DELETE", "HEAD", "BREW"]) } }
      }
      const way = roll.below(6)
      const body =
        way < 3
          ? bodies(roll, ask.body)
          : write(way < 5 && trees.length > 0 ? withOther(roll, roll.pick(trees), keys) : anyValue(roll, keys))
      return { signingName, ask: { ...ask, body } }
    },
    run: survive,
    pack: ({ ask: { body, ...head }, signingName }) =>
      Buffer.concat([Buffer.from(`${JSON.stringify({ ...head, signingName })}\n`), body]),
    cutsFrom: afterLine,
    unpack: (bytes) => {
      const at = afterLine(bytes)
      const { signingName, ...head } = JSON.parse(Buffer.from(bytes.subarray(0, at)).toString()) as {
        signingName?: string
      } & Omit<HttpAsk, "body">
      return { signingName, ask: { ...head, body: bytes.subarray(at) } }
    },
  }
}

/** One target a protocol. */
export const requestTargets: Readonly<Record<ProtocolName, Target<SignedAsk>>> = {
  awsJson1_0: requests("awsJson1_0", [
    ["dynamodb", "PutItem"],
    ["sqs", "SendMessageBatch"],
  ]),
  awsJson1_1: requests("awsJson1_1", [
    ["ecs", "RegisterTaskDefinition"],
    ["ecs", "RunTask"],
    ["logs", "PutLogEvents"],
  ]),
  awsQuery: requests("awsQuery", [
    ["cloudwatch", "PutMetricAlarm"],
    ["sqs", "SendMessageBatch"],
    ["elbv2", "CreateRule"],
  ]),
  ec2Query: requests("ec2Query", [
    ["ec2", "CreateVpc"],
    ["ec2", "DescribeSubnets"],
    ["ec2", "AuthorizeSecurityGroupIngress"],
  ]),
  restJson1: requests("restJson1", [
    ["scheduler", "CreateSchedule"],
    ["efs", "CreateAccessPoint"],
  ]),
  restXml: requests("restXml", [
    ["s3", "PutBucketLifecycleConfiguration"],
    ["s3", "PutObject"],
    ["s3", "DeleteObjects"],
  ]),
  rpcv2Cbor: requests("rpcv2Cbor", [
    ["cloudwatch", "PutMetricData"],
    ["cloudwatch", "GetMetricData"],
  ]),
}
