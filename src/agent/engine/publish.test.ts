// Ports of awsvpc tasks on an address of the host: only where they are wished, at the same number where it is free.
import assert from "node:assert/strict"
import { test } from "node:test"
import { container, fargateTask } from "../../../test/support/acs-task.ts"
import { simulatedHost } from "../../../test/support/simulated-host.ts"
import { type ContainerDriver, type ContainerSpec, DriverError } from "../driver.ts"
import { containerSteps } from "../session/reporter/report.ts"

const ports = { portMappings: [{ containerPort: 8080, protocol: "tcp" as const }] }

/** An engine that keeps the bindings of what it makes, and refuses to start what asks for a port of `taken`. */
const publishing = (taken: ReadonlySet<string>, specs: ContainerSpec[]) => (driver: ContainerDriver) => {
  const asked = new Map<string, Record<string, { HostIp: string; HostPort: string }[]>>()
  const bindingsOf = (id: string) => Object.entries(asked.get(id) ?? {})
  const wrapped: ContainerDriver = {
    ...driver,
    async create(spec) {
      specs.push(spec)
      const id = await driver.create(spec)
      asked.set(id, (spec.hostConfig.PortBindings ?? {}) as Record<string, { HostIp: string; HostPort: string }[]>)
      return id
    },
    async start(id) {
      const clash = bindingsOf(id).find(([, [first]]) => taken.has(first?.HostPort ?? ""))
      if (clash)
        throw new DriverError("cannot-start", `Bind for 127.0.0.1:${clash[0]} failed: port is already allocated`)
      return driver.start(id)
    },
    async inspect(id) {
      const state = await driver.inspect(id)
      return state && { ...state, ports: published(state.id) }
    },
  }
  const published = (id: string) =>
    bindingsOf(id).flatMap(([key, list]) =>
      list.map(({ HostIp, HostPort }) => ({
        containerPort: Number.parseInt(key, 10),
        hostPort: Number(HostPort) || 49_153,
        protocol: "tcp" as const,
        hostIp: HostIp,
      })),
    )
  return wrapped
}

const run = async (taken: readonly string[], publish?: string) => {
  const specs: ContainerSpec[] = []
  const host = await simulatedHost({
    wrap: publishing(new Set(taken), specs),
    options: publish === undefined ? {} : { publish },
  })
  const task = fargateTask(5, [container("web", ports), container("quiet")])
  await host.accept(task)
  const snapshot = host.task(task)
  assert.equal(snapshot.known, "RUNNING")
  const bindings = containerSteps(snapshot, new Map()).map((step) => step.networkBindings)
  return { specs: specs.filter((spec) => spec.image === "pause"), bindings, calls: host.calls }
}

test("nothing of an awsvpc task is published where nobody wishes it, as on AWS", async () => {
  const { specs, bindings } = await run([])
  assert.equal(specs[0]?.hostConfig.PortBindings, undefined)
  assert.deepEqual(bindings, [undefined, undefined])
})

test("a port that is free is published at its own number, and reported with the container that has it", async () => {
  const { specs, bindings, calls } = await run([], "127.0.0.1")
  assert.deepEqual(specs[0]?.hostConfig.PortBindings, { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] })
  assert.deepEqual(bindings, [
    [{ bindIP: "127.0.0.1", containerPort: 8080, hostPort: 8080, protocol: "tcp" }],
    undefined,
  ])
  assert.ok(calls.indexOf("isolate ~internal~ecs~pause") < calls.indexOf("start web"))
})

test("a port that is taken is published at one that the engine chooses, and the task runs", async () => {
  const { specs, bindings } = await run(["8080"], "127.0.0.1")
  assert.equal(specs.length, 2)
  assert.deepEqual(bindings[0], [{ bindIP: "127.0.0.1", containerPort: 8080, hostPort: 49_153, protocol: "tcp" }])
})
