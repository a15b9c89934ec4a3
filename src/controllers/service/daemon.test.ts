// What a daemon may take away at a time. The world of plan.test.ts knows no instances, so this looks at the moves alone.
import assert from "node:assert/strict"
import { test } from "node:test"
import { daemonMoves } from "./daemon.ts"
import type { LiveTask, Seen } from "./seen.ts"
import { aDeployment, aService } from "./testing.ts"

const minute = 60_000

const task = (instance: string, more: Partial<LiveTask> = {}): LiveTask => ({
  arn: `task-on-${instance}`,
  deployment: "old",
  running: true,
  createdAt: 0,
  startedAt: 0,
  checked: false,
  health: "UNKNOWN",
  instance,
  draining: false,
  ...more,
})

test("a daemon's task that leaves a draining instance is none that its deployment may take away as well", () => {
  const service = aService({
    schedulingStrategy: "DAEMON",
    desiredCount: 0,
    deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 },
  })
  const [primary, old] = [aDeployment("new"), aDeployment("old")]
  const eligible = ["a", "b", "c", "d", "e", "f"]
  // Three of six must stay healthy. Four are, and one of them goes with its instance.
  const live = [task("a"), task("b"), task("c"), task("gone", { draining: true })]
  const seen = { service, primary, older: [old], live, eligible } as unknown as Seen
  const { stop } = daemonMoves(seen, primary, eligible, minute)
  assert.deepEqual(
    stop.map(({ task: { instance }, why }) => [instance, why]),
    [["gone", "draining"]],
  )
})
