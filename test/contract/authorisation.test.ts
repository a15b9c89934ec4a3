// Every operation of every service over the wire, with the protocol's own client: a user without a permission is refused in
// the protocol's way, and with exactly what the operation demands it is not. New operations are walked by themselves.
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import type { Demand, ReadCx } from "../../src/gate/index.ts"
import { Fault, type Log, silentLog } from "../../src/kernel/index.ts"
import { loadContract, type ProtocolName } from "../../src/model/index.ts"
import { iamKey } from "../../src/state/index.ts"
import { createAwsClient } from "../../src/wire/client/index.ts"
import type { WireRequest } from "../../src/wire/index.ts"
import { allServices } from "../support/all-services.ts"
import { type AwsEndpoint, account, awsEndpoint, region } from "../support/aws-endpoint.ts"
import { dice, structureValue } from "../support/model-values.ts"
import { realClock } from "../support/real-clock.ts"
import { testIds } from "../support/test-ids.ts"

const user = {
  account,
  name: "nobody",
  id: "AIDANOBODY0000000000A",
  path: "/",
  arn: `arn:aws:iam::${account}:user/nobody`,
  createdAt: 0,
  attached: [],
  tags: [],
  groups: [],
}
const credentials = { accessKeyId: "AKIANOBODY0000000000", secretAccessKey: "secret" }

/** What AWS answers to everybody who has a key, or to whoever comes. */
const needNothing = new Set([
  ...["sts:GetCallerIdentity", "sts:GetSessionToken"],
  ...["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"],
])

/** JSON services whose model names the error say its status themselves. */
const refusals: Readonly<Record<ProtocolName, readonly [code: string, status: number]>> = {
  awsJson1_0: ["AccessDeniedException", 400],
  awsJson1_1: ["AccessDeniedException", 400],
  rpcv2Cbor: ["AccessDeniedException", 400],
  restJson1: ["AccessDeniedException", 403],
  awsQuery: ["AccessDenied", 403],
  restXml: ["AccessDenied", 403],
  ec2Query: ["UnauthorizedOperation", 403],
}

let aws: AwsEndpoint
const dispatched: WireRequest[] = []
const bugs: string[] = []
const services = allServices()

before(async () => {
  const log: Log = { ...silentLog, error: (message, fields) => void bugs.push(`${message} ${JSON.stringify(fields)}`) }
  aws = await awsEndpoint(services, undefined, { log, onDispatch: (request) => void dispatched.push(request) })
  aws.state.transact((tx) => {
    tx.iamUsers.insert({ ...user, inline: [] })
    const principal = { kind: "user", userId: user.id } as const
    tx.accessKeys.insert({ ...credentials, account: user.account, principal, createdAt: 0 })
  })
})
after(() => aws.close())

const allow = (demands: readonly Demand[]): void => {
  const Statement = demands.map(({ action, resources }) => ({
    Effect: "Allow",
    Action: action,
    Resource: resources.length > 0 ? resources : "*",
  }))
  const document = JSON.stringify({ Version: "2012-10-17", Statement })
  const inline = demands.length > 0 ? [{ name: "walk", document }] : []
  aws.state.transact((tx) => tx.iamUsers.patch(iamKey(account, user.name), { inline }))
}

/** What was answered: the fault, or undefined. */
const faultOf = async (sent: Promise<unknown>): Promise<Fault | undefined> => {
  try {
    await sent
    return undefined
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown
    throw thrown
  }
}

for (const { service, operations } of services) {
  const contract = loadContract(service)
  const [protocol = "awsJson1_1"] = contract.protocols
  const [code, plainStatus] = refusals[protocol]
  const status = contract.errors.get(code)?.status ?? plainStatus
  const isRefusal = (fault: Fault | undefined) => fault?.code === code

  describe(service, () => {
    test("what an operation demands can be said of any input, before it is looked at", () => {
      const caller = { account, arn: user.arn, kind: "user", userId: user.id }
      const scope = { account, region }
      const failed: string[] = []
      aws.state.view((tx) => {
        const cx = { tx, scope, caller, now: 0, wallNow: 0, auth: "strict", ids: testIds(), log: silentLog }
        for (const [name, entry] of Object.entries(operations)) {
          const type = contract.operations.get(name)?.input
          assert.ok(type, name)
          for (let seed = 1; seed <= 30; seed++) {
            const roll = dice(seed)
            // Required members may be missing too: a call from inside says what it likes.
            const members = type.members.filter(() => roll.below(3) > 0)
            const input = seed === 1 ? {} : structureValue({ ...type, members }, roll)
            try {
              for (const { action, about, policyOf, resources } of entry.authorise(cx as unknown as ReadCx, input)) {
                assert.match(action, /^[a-z0-9-]+:[A-Za-z0-9]+$/)
                for (const resource of resources) void [about?.(resource), policyOf?.(resource)]
              }
            } catch (thrown) {
              failed.push(`${name} ${seed}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
              break
            }
          }
        }
      })
      assert.deepEqual(failed, [])
    })

    const walk = async (seed: number, only: "required" | "some") => {
      const call = createAwsClient({ service, endpoint: aws.sdk.endpoint, credentials, region, clock: realClock })
      const wrong: string[] = []
      for (const [name, entry] of Object.entries(operations)) {
        const operation = contract.operations.get(name)
        assert.ok(operation, name)
        const type = {
          ...operation.input,
          members: operation.input.members.filter((m) => only === "some" || m.required),
        }
        const input = structureValue(type, dice(seed)) as never
        const say = (what: string, fault: Fault | undefined) =>
          wrong.push(`${name} ${what}: ${fault?.status} ${fault?.code} ${fault?.message}`)
        const send = () => faultOf(call(name as never, input))

        dispatched.length = 0
        allow([])
        const denied = await send()
        const [request] = dispatched
        if (needNothing.has(`${service}:${name}`)) {
          // STS refuses second factors with the same code, and other words.
          if (isRefusal(denied) && /is not authorized to/.test(denied?.message ?? "")) say("is refused", denied)
          continue
        }
        // Required members of members are missing: that is said before anybody is asked.
        if (!request) {
          if (only === "required") say("is not dispatched", denied)
          continue
        }
        const text = new RegExp(
          `^(You are not authorized .*\\. )?User: ${user.arn} is not authorized to perform: [a-z0-9-]+:[A-Za-z]+`,
        )
        if (!isRefusal(denied) || denied?.status !== status || !text.test(denied.message)) say("is not refused", denied)
        const demands = aws.state.view((tx) => {
          const cx = {
            ...request,
            tx,
            now: Date.now(),
            wallNow: Date.now(),
            auth: "strict",
            ids: testIds(),
            log: silentLog,
          }
          return entry.authorise(cx as unknown as ReadCx, request.input)
        })
        if (demands.length === 0) {
          say("demands nothing", denied)
          continue
        }
        allow(demands)
        const permitted = await send()
        const isBug = (permitted?.status ?? 0) >= 500 && permitted?.code !== "NotImplemented"
        if (isRefusal(permitted) || isBug) say("is not allowed", permitted)
      }
      assert.deepEqual([...wrong, ...bugs.splice(0)], [])
    }

    test("a user without permissions is refused, and one with just those that are demanded is not", () =>
      walk(1, "required"))
    test("so it is with what else may be asked for", () => walk(2, "some"))
  })
}
