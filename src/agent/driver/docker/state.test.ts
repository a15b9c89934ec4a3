// Docker's documents read: of containers as recorded, of states that matter, and of events.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { readEvent } from "./events.ts"
import { type ContainerInspect, readState } from "./state.ts"

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../../test/golden/agent/containers.json"), "utf8"),
)
const web = recorded.web as ContainerInspect
const init = recorded.init as ContainerInspect

test("a running container has its ports, address, mounts and health", () => {
  const state = readState(web)
  assert.equal(state.name, "ecs-demo-3-web-e8cca188e4a9c1cb1100")
  assert.deepEqual([state.status, state.pid, state.exitCode, state.finishedAt], ["running", 2334, undefined, undefined])
  assert.equal(state.startedAt, Date.parse("2026-11-23T11:24:37.455Z"))
  assert.deepEqual(
    state.ports.find((port) => port.containerPort === 53),
    { containerPort: 53, hostPort: 18053, protocol: "udp", hostIp: "0.0.0.0" },
  )
  assert.deepEqual(Object.values(state.addresses), ["172.17.0.2"])
  assert.deepEqual([state.health?.status, state.health?.output, state.health?.exitCode], ["healthy", "hi\n", 0])
  assert.deepEqual(
    state.mounts.map((mount) => mount.destination),
    ["/e", "/s"],
  )
})

test("a container that ended has its exit code and times, and no pid or address", () => {
  const state = readState(init)
  assert.deepEqual(
    [state.status, state.exitCode, state.pid, state.addresses, state.health],
    ["exited", 0, undefined, {}, undefined],
  )
  assert.ok((state.finishedAt ?? 0) > (state.startedAt ?? Number.POSITIVE_INFINITY))
})

const withState = (more: Partial<ContainerInspect["State"]>) =>
  readState({ ...init, State: { ...init.State, ...more } })

test("a container that could not be started has the error", () => {
  const state = withState({
    Status: "created",
    ExitCode: 127,
    Error: "no such file",
    StartedAt: "0001-01-01T00:00:00Z",
    FinishedAt: "0001-01-01T00:00:00Z",
  })
  assert.deepEqual(
    [state.status, state.exitCode, state.error, state.startedAt],
    ["created", 127, "no such file", undefined],
  )
})

test("a container that is being removed says so", () => {
  const state = withState({ Status: "removing", ExitCode: 137 })
  assert.deepEqual([state.status, state.removing, state.exitCode], ["exited", true, 137])
})

test("events that matter are read, and others are not", () => {
  const event = (Action: string, Attributes = {}) =>
    readEvent({ Type: "container", Action, Actor: { ID: "c1", Attributes } })
  assert.deepEqual(event("die", { exitCode: "3" }), { type: "die", id: "c1", exitCode: 3 })
  assert.deepEqual(event("health_status: healthy"), { type: "health", id: "c1" })
  assert.deepEqual(event("destroy"), { type: "destroy", id: "c1" })
  assert.equal(event("exec_create: sh"), undefined)
  assert.equal(readEvent({ Action: "die" }), undefined)
})
