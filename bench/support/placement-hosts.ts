// Hosts for placement without any records: an even cluster over three zones, to which tasks are put as they are placed.
import { type Host, type Strategy, type TaskNeeds, withTask } from "../../src/scheduler/index.ts"

const zones = ["us-east-1a", "us-east-1b", "us-east-1c"]

const hostOf = (n: number): Host => {
  const attributes = new Map([
    ["ecs.availability-zone", zones[n % 3] ?? ""],
    ["rack", String(n)],
    ...["1.18", "1.19", "1.21", "1.25", "1.29"].map(
      (version) => [`com.amazonaws.ecs.capability.docker-remote-api.${version}`, ""] as const,
    ),
  ])
  return {
    id: `instance-${n}`,
    connected: true,
    networks: new Set(),
    attributes,
    groups: new Map(),
    queried: { agentConnected: true, attributes, registeredAt: 0, runningTasksCount: 0, taskGroups: new Set() },
    tasks: 0,
    left: { cpu: 8192, memory: 16384, gpus: 0, ports: new Set(["22/tcp", "2375/tcp"]) },
  }
}

/** `count` empty instances, each with room for 32 of the tasks. */
export const hostsOf = (count: number) => {
  const hosts = new Map(Array.from({ length: count }, (_, n) => [`instance-${n}`, hostOf(n)]))
  const room = { cpu: 256, memory: 512, gpus: 0, ports: new Set<string>() }
  let group = "family:app"
  const needs = (strategies: readonly Strategy[], seed: number): TaskNeeds => {
    group = `service:${Math.floor(seed / 10_000)}`
    return { attributes: ["com.amazonaws.ecs.capability.docker-remote-api.1.18"], group, strategies, seed, room }
  }
  return {
    hosts: () => [...hosts.values()],
    needs,
    put: (taken: readonly Host[]) => {
      for (const { id } of taken) {
        const host = hosts.get(id)
        if (host) hosts.set(id, withTask(host, { attributes: [], group, room }))
      }
    },
  }
}
