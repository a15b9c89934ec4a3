import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type LogsService, logsService, root } from "../../../test/support/logs-service.ts"
import { aHost, aTask } from "../../../test/support/rows.ts"
import type { Caller } from "../../gate/index.ts"
import type { TaskRow } from "../../state/index.ts"

const account = "222222222222"
const groupArn = `arn:aws:logs:eu-west-1:${account}:log-group:/ecs/web`
const to = { logGroupName: groupArn, logStreamName: "web/app/1" }
const machine: Caller = {
  account: "000000000000",
  arn: "arn:aws:sts::000000000000:machine/m-1",
  kind: "machine",
  machineId: "m-1",
}

/** A host of the hidden pool that runs one task of an account. */
const host = (state: LogsService["state"], lastStatus: TaskRow["lastStatus"] = "RUNNING") =>
  state.transact((tx) => {
    tx.containerInstances.put(aHost())
    tx.tasks.put(aTask({ account, region: "eu-west-1", lastStatus }))
  })

const setUp = async () => {
  const service = logsService()
  host(service.state)
  await service.call("CreateLogGroup", { logGroupName: groupArn }, machine)
  await service.call("CreateLogStream", to, machine)
  const put = (messages: readonly string[], sequenceToken?: string, over = service) =>
    over.call(
      "PutLogEvents",
      {
        ...to,
        logEvents: messages.map((message) => ({ timestamp: service.clock.now(), message })),
        ...(sequenceToken !== undefined && { sequenceToken }),
      },
      machine,
    )
  const stream = () => service.state.view((view) => view.logStreams.get(`${account}/eu-west-1//ecs/web web/app/1`))
  const stored = async () => {
    const row = stream()
    assert.ok(row)
    const items = await service.bulk.range(row.series, { toSeq: row.lastSeq, limit: 10_000, order: "seq" })
    return items.map((item) => item.data.slice(item.data.indexOf(" ") + 1))
  }
  return { ...service, put, stream, stored }
}

test("a machine writes into the account of a task that it hosts, and into no other", async () => {
  const { put, stored, call, state } = await setUp()
  await put(["hello"])
  assert.deepEqual(await stored(), ["hello"])
  // The log group may lie in another region than the task (awslogs-region).
  await call("CreateLogGroup", { logGroupName: `arn:aws:logs:us-east-1:${account}:log-group:/ecs/web` }, machine)
  for (const logGroupName of ["arn:aws:logs:eu-west-1:333333333333:log-group:/ecs/web", "/ecs/web"]) {
    await assert.rejects(call("CreateLogGroup", { logGroupName }, machine), { code: "AccessDeniedException" })
  }
  await assert.rejects(call("CreateLogGroup", { logGroupName: `${groupArn}2` }, { ...machine, machineId: "m-2" }), {
    code: "AccessDeniedException",
  })
  await assert.rejects(call("GetLogEvents", to, machine), { code: "AccessDeniedException" })
  host(state, "STOPPED")
  await assert.rejects(put(["late"]), { code: "AccessDeniedException" })
  assert.deepEqual(await stored(), ["hello"])
})

test("a piece that is sent again adds nothing", async () => {
  const { put, stored, stream } = await setUp()
  await put(["a", "b"], "roadstead:c1:0:10")
  const before = stream()
  await put(["a", "b"], "roadstead:c1:0:10")
  await put(["a"], "roadstead:c1:0:5")
  assert.equal(stream(), before)
  await put(["c"], "roadstead:c1:10:15")
  assert.deepEqual(await stored(), ["a", "b", "c"])
  assert.deepEqual(stream()?.sources, { c1: 15 })
})

test("a piece that overlaps the end or leaves a gap is told where to go on", async () => {
  const { put, stored } = await setUp()
  await put(["a", "b"], "roadstead:c1:0:10")
  const expectedSequenceToken = "roadstead:c1:10"
  for (const token of ["roadstead:c1:5:15", "roadstead:c1:12:15", "roadstead:c1:0:11"]) {
    await assert.rejects(put(["x"], token), {
      code: "InvalidSequenceTokenException",
      message: `The given sequenceToken is invalid. The next expected sequenceToken is: ${expectedSequenceToken}`,
      fields: { expectedSequenceToken },
    })
  }
  await assert.rejects(put(["x"], "roadstead:c2:5:15"), { fields: { expectedSequenceToken: "roadstead:c2:0" } })
  assert.deepEqual(await stored(), ["a", "b"])
})

test("a piece of empty lines moves on without an event, and one is kept whatever its times are", async () => {
  const { put, stored, stream, call, clock } = await setUp()
  await put(["", ""], "roadstead:c1:0:2")
  assert.deepEqual(stream()?.sources, { c1: 2 })
  const times = [clock.now() - 30 * 86_400_000, clock.now(), clock.now() - 5]
  const logEvents = times.map((timestamp) => ({ timestamp, message: String(timestamp) }))
  await call("PutLogEvents", { ...to, logEvents, sequenceToken: "roadstead:c1:2:40" }, machine)
  assert.deepEqual(await stored(), times.map(String))
})

test("a token counts of the session of a task's role, with whose keys its agent delivers", async () => {
  const { call, clock } = logsService()
  // What a role may do is the gate's business: this one may do everything.
  const session: Caller = { ...root, taskArn: "arn:aws:ecs:us-east-1:123456789012:task/default/1" }
  await call("CreateLogGroup", { logGroupName: "g" })
  await call("CreateLogStream", { logGroupName: "g", logStreamName: "s" })
  const input = { logGroupName: "g", logStreamName: "s", logEvents: [{ timestamp: clock.now(), message: "b" }] }
  const piece = { ...input, sequenceToken: "roadstead:c1:0:1" }
  await call("PutLogEvents", piece, session)
  await call("PutLogEvents", piece, session)
  const { events } = await call("GetLogEvents", { logGroupName: "g", logStreamName: "s" })
  assert.equal(events?.length, 1)
})

test("only an agent's token counts", async () => {
  const { put, call, clock } = logsService()
  await put("g", "s", [[clock.now(), "a"]])
  const input = { logGroupName: "g", logStreamName: "s", logEvents: [{ timestamp: clock.now(), message: "b" }] }
  await call("PutLogEvents", { ...input, sequenceToken: "roadstead:c1:0:1" })
  await call("PutLogEvents", { ...input, sequenceToken: "roadstead:c1:0:1" })
  await call("PutLogEvents", { ...input, sequenceToken: "nonsense" })
  const { events } = await call("GetLogEvents", { logGroupName: "g", logStreamName: "s" })
  assert.equal(events?.length, 4)
})

test("whatever is lost, doubled or cut off, every line of a file arrives once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.array(
        fc.record({
          size: fc.integer({ min: 1, max: 12 }),
          fate: fc.constantFrom("arrives", "request lost", "answer lost", "crash before the record"),
        }),
        { maxLength: 60 },
      ),
      async (lines, sends) => {
        const service = await setUp()
        // Line n of the file is the text `n`, and its bytes are n to n+1.
        let sentTo = 0
        const send = async (size: number, fate: string) => {
          const end = Math.min(lines, sentTo + size)
          if (sentTo === end || fate === "request lost") return
          const texts = Array.from({ length: end - sentTo }, (_, i) => String(sentTo + i))
          const token = `roadstead:c1:${sentTo}:${end}`
          try {
            if (fate === "crash before the record") {
              const row = service.stream()
              assert.ok(row)
              const items = texts.map((text, i) => ({ seq: row.lastSeq + 1 + i, time: 1, data: `0 orphan ${text}` }))
              return await service.bulk.put(row.series, items)
            }
            await service.put(texts, token)
            if (fate === "arrives") sentTo = end
          } catch (refused) {
            const expected = (refused as { fields: { expectedSequenceToken: string } }).fields.expectedSequenceToken
            sentTo = Number(expected.split(":")[2])
          }
        }
        for (const { size, fate } of sends) await send(size, fate)
        while (sentTo < lines) await send(lines, "arrives")
        assert.deepEqual(
          await service.stored(),
          Array.from({ length: lines }, (_, i) => String(i)),
        )
      },
    ),
    { numRuns: 60 },
  )
})
