import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type Host, place, placeAll, type Room, type TaskNeeds } from "./index.ts"

const room = (more: Partial<Omit<Room, "ports">> & { ports?: string[] } = {}): Room => ({
  cpu: 0,
  memory: 0,
  gpus: 0,
  ...more,
  ports: new Set(more.ports),
})
const host = (id: string, more: Partial<Host> = {}): Host => ({
  id,
  connected: true,
  networks: new Set(),
  attributes: new Map([["a", ""]]),
  tasks: 0,
  left: room({ cpu: 1024, memory: 512, ports: ["22/tcp"] }),
  ...more,
})
const needs = (more: Partial<Omit<Room, "ports">> & { ports?: string[] } = {}): TaskNeeds => ({
  attributes: [],
  room: room(more),
})

describe("placement", () => {
  test("takes the connected host with the fewest tasks that has the room", () => {
    const hosts = [host("busy", { tasks: 2 }), host("idle"), host("away", { connected: false })]
    assert.equal(place(hosts, needs({ cpu: 1 })).host?.id, "idle")
  })

  test("says of every host which filter it failed first", () => {
    const cases: [string, Host, TaskNeeds][] = [
      ["AGENT", host("h", { connected: false }), needs({ cpu: 9999 })],
      ["NETWORK", host("h"), { ...needs(), network: "n" }],
      ["ATTRIBUTE", host("h"), { ...needs(), attributes: ["a", "b"] }],
      ["RESOURCE:CPU", host("h"), needs({ cpu: 1025, memory: 9999 })],
      ["RESOURCE:MEMORY", host("h"), needs({ cpu: 1024, memory: 513 })],
      ["RESOURCE:PORTS", host("h"), needs({ ports: ["80/tcp", "22/tcp"] })],
      ["RESOURCE:GPU", host("h"), needs({ gpus: 1 })],
    ]
    for (const [obstacle, of, wanted] of cases) {
      const placement = place([of], wanted)
      assert.deepEqual(placement.host ?? [...placement.obstacles], [["h", obstacle]])
    }
  })

  test("the same port of another protocol is free", () => {
    assert.equal(place([host("h")], needs({ ports: ["22/udp"] })).host?.id, "h")
  })

  test("of several tasks each takes its room from the next, and the first without a place ends it", () => {
    const { hosts, obstacles } = placeAll([host("a"), host("b")], needs({ memory: 300 }), 3)
    assert.deepEqual(
      hosts.map((one) => one.id),
      ["a", "b"],
    )
    assert.deepEqual(
      [...obstacles],
      [
        ["a", "RESOURCE:MEMORY"],
        ["b", "RESOURCE:MEMORY"],
      ],
    )
  })

  test("a fixed host port goes once to each host", () => {
    const { hosts, obstacles } = placeAll([host("a")], needs({ ports: ["80/tcp"] }), 2)
    assert.equal(hosts.length, 1)
    assert.deepEqual([...obstacles.values()], ["RESOURCE:PORTS"])
  })
})
