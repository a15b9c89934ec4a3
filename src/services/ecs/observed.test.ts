// Reports of agents laid over each other: nothing goes backwards, whatever comes twice, late or out of order.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { ObservedTask } from "../../state/index.ts"
import { observeContainer, observeTask, type TaskReport } from "./observed.ts"

const names = new Set(["i", "main"])
const nothing: ObservedTask = { containers: {} }
const after = (reports: readonly TaskReport[], from = nothing) =>
  reports.reduce((known, report, i) => observeTask(known, report, names, 1000 + i), from)

test("a container that occurs twice in one report is applied in order", () => {
  // source: reference/agent-recordings/samples/api-SubmitTaskStateChange.json
  const seen = after([
    {
      status: "STOPPED",
      reason: "",
      executionStoppedAt: new Date(1795433477459),
      containers: [
        { containerName: "i", runtimeId: "3ff3", status: "RUNNING" },
        { containerName: "i", runtimeId: "3ff3", status: "STOPPED", exitCode: 4 },
        { containerName: "main", status: "STOPPED", exitCode: 143, reason: "CannotStartContainerError: dependency" },
      ],
    },
  ])
  assert.deepEqual(seen, {
    status: "STOPPED",
    executionStoppedAt: 1795433477459,
    stoppedAt: 1000,
    containers: {
      i: { status: "STOPPED", runtimeId: "3ff3", exitCode: 4 },
      main: { status: "STOPPED", exitCode: 143, reason: "CannotStartContainerError: dependency" },
    },
  })
})

test("names that every object knows are names of containers like any other", () => {
  const odd = ["__proto__", "constructor", "toString"]
  const report = { containers: odd.map((containerName) => ({ containerName, status: "RUNNING", runtimeId: "r" })) }
  const seen = observeTask(nothing, report, new Set(odd), 1000).containers
  assert.deepEqual(
    Object.entries(seen),
    odd.map((name) => [name, { status: "RUNNING", runtimeId: "r" }]),
  )
  const again = observeTask(
    { containers: seen },
    { containers: [{ containerName: "__proto__", status: "STOPPED" }] },
    new Set(odd),
    1001,
  )
  assert.deepEqual(Object.entries(again.containers)[0], ["__proto__", { status: "STOPPED", runtimeId: "r" }])
})

test("a status that comes late changes nothing but what was not known", () => {
  const stopped = observeContainer(undefined, { status: "STOPPED", exitCode: 1 })
  assert.deepEqual(observeContainer(stopped, { status: "RUNNING", exitCode: 9, runtimeId: "r" }), {
    status: "STOPPED",
    exitCode: 1,
    runtimeId: "r",
  })
})

test("a RUNNING report may carry the exit code of a container that is over already", () => {
  const seen = observeContainer(undefined, { status: "RUNNING", exitCode: 0, runtimeId: "r" })
  assert.deepEqual(seen, { status: "RUNNING", exitCode: 0, runtimeId: "r" })
})

test("a pulled manifest is a digest of a container that is still PENDING", () => {
  assert.deepEqual(observeContainer(undefined, { status: "MANIFEST_PULLED", imageDigest: "sha256:1" }), {
    status: "PENDING",
    imageDigest: "sha256:1",
  })
})

test("the first report of a moment counts, and containers that are not the task's are left out", () => {
  const seen = after([
    { status: "RUNNING", pullStartedAt: new Date(1), containers: [{ containerName: "pause", status: "RUNNING" }] },
    { status: "RUNNING", pullStartedAt: new Date(5), pullStoppedAt: new Date(6) },
  ])
  assert.deepEqual(seen, { status: "RUNNING", runningAt: 1000, pullStartedAt: 1, pullStoppedAt: 6, containers: {} })
})

test("attachments are kept by their ids", () => {
  const attachmentArn = "arn:aws:ecs:us-east-1:123456789012:attachment/default/abc"
  assert.deepEqual(after([{ attachments: [{ attachmentArn, status: "ATTACHED" }] }]).attachments, { abc: "ATTACHED" })
})

const ranks = ["PENDING", "RUNNING", "STOPPED"]
const anyReport: fc.Arbitrary<TaskReport> = fc.record(
  {
    status: fc.constantFrom(...ranks),
    reason: fc.string(),
    containers: fc.array(
      fc.record(
        {
          containerName: fc.constantFrom("i", "main", "other"),
          status: fc.constantFrom(...ranks, "CREATED"),
          exitCode: fc.integer({ min: 0, max: 255 }),
          reason: fc.string(),
        },
        { requiredKeys: ["containerName"] },
      ),
    ),
  },
  { requiredKeys: [] },
)

test("no order of reports moves a task or a container backwards or changes a moment that is known", () => {
  fc.assert(
    fc.property(fc.array(anyReport, { maxLength: 12 }), (reports) => {
      let known = nothing
      for (const [i, report] of reports.entries()) {
        const next = observeTask(known, report, names, i)
        assert.ok(ranks.indexOf(next.status ?? "PENDING") >= ranks.indexOf(known.status ?? "PENDING"))
        for (const [name, before] of Object.entries(known.containers)) {
          assert.ok(ranks.indexOf(next.containers[name]?.status ?? "") >= ranks.indexOf(before.status))
        }
        for (const moment of ["runningAt", "stoppedAt"] as const) {
          if (known[moment] !== undefined) assert.equal(next[moment], known[moment])
        }
        assert.ok(Object.keys(next.containers).every((name) => names.has(name)))
        known = next
      }
    }),
  )
})

test("a report that comes twice changes nothing the second time", () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const once = observeTask(nothing, report, names, 1)
      assert.deepEqual(observeTask(once, report, names, 2), once)
    }),
  )
})
