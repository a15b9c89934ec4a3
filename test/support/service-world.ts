// A cluster of container instances for scenarios of services: real handlers, gate and controllers on the virtual clock;
// what agents would report is written by the scenario.
import assert from "node:assert/strict"
import type { Service } from "@aws-sdk/client-ecs"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { due } from "../../src/fleet/due.ts"
import type { Input, ServiceTable } from "../../src/gate/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import type { TaskRow } from "../../src/state/index.ts"
import { ecsHarness, scope } from "./ecs-harness.ts"

/** A task definition for bridge mode: one container `app` of 128 CPU units and 64 MiB. */
export const bridgeDefinition = (
  over: Partial<Input<"ecs", "RegisterTaskDefinition">> = {},
): Input<"ecs", "RegisterTaskDefinition"> => ({
  family: "web",
  containerDefinitions: [{ name: "app", image: "app:1", cpu: 128, memory: 64 }],
  ...over,
})

/** See the head of the file. Has the cluster `default` and the task definition `web:1`. */
export const serviceWorld = async (others: readonly ServiceTable[] = []) => {
  const harness = ecsHarness(others)
  const { state, clock, gate } = harness
  const runner = startControllers({ state, gate, clock, log: silentLog, controllers: controllers(scope) })
  const settle = () => clock.advance(0)
  const call: typeof harness.call = async (operation, input, caller) => {
    const answer = await harness.call(operation, input, caller)
    await settle()
    return answer
  }
  await call("CreateCluster", {})
  await call("RegisterTaskDefinition", bridgeDefinition())

  /** Registers a connected instance with room for eight tasks of `web`; answers its ARN. */
  const instance = async (zone = "us-east-1a", memory = 512): Promise<string> => {
    const { containerInstance } = await call("RegisterContainerInstance", {
      cluster: "default",
      totalResources: [
        { name: "CPU", type: "INTEGER", integerValue: 1024 },
        { name: "MEMORY", type: "INTEGER", integerValue: memory },
        { name: "PORTS", type: "STRINGSET", stringSetValue: [] },
        { name: "PORTS_UDP", type: "STRINGSET", stringSetValue: [] },
      ],
      attributes: [
        { name: "ecs.availability-zone", value: zone },
        ...["18", "19", "21", "25", "29"].map((n) => ({
          name: `com.amazonaws.ecs.capability.docker-remote-api.1.${n}`,
        })),
      ],
    })
    const arn = containerInstance?.containerInstanceArn ?? ""
    state.transact((tx) => tx.containerInstances.patch(arn, { session: { connected: true, since: clock.now() } }))
    await settle()
    return arn
  }
  const live = (): readonly TaskRow[] =>
    state.view((view) => [...view.tasks.all()].filter((task) => task.lastStatus !== "STOPPED"))
  const report = async (arn: string, change: Partial<TaskRow["observed"]>) => {
    const { observed } = harness.task(arn)
    harness.patchTask(arn, { observed: { ...observed, ...change } })
    await settle()
  }
  let lastPort = 32_767
  /** Ports that a running container was given on its instance, as an agent says it of bridge mode. */
  const bindings = (task: TaskRow, name: string) => {
    const definition = state.view((view) => view.taskDefinitions.get(task.taskDefinitionArn)?.definition)
    const mappings = definition?.containerDefinitions?.find((c) => c.name === name)?.portMappings ?? []
    if ((definition?.networkMode ?? "bridge") !== "bridge" || mappings.length === 0) return {}
    const bound = mappings.map(({ containerPort, hostPort }) => {
      if (!hostPort) lastPort += 1
      return { bindIP: "0.0.0.0", containerPort, hostPort: hostPort || lastPort, protocol: "tcp" }
    })
    return { networkBindings: bound }
  }
  const containers = (task: TaskRow, status: "RUNNING" | "STOPPED", exitCode?: number) =>
    Object.fromEntries(
      task.containers.map((c) => [
        c.name,
        {
          ...task.observed.containers[c.name],
          status,
          ...(exitCode !== undefined && { exitCode }),
          ...(status === "RUNNING" && bindings(task, c.name)),
        },
      ]),
    )
  /** The task is over by itself. */
  const end = (task: TaskRow, exitCode = 1) =>
    report(task.arn, { status: "STOPPED", containers: containers(task, "STOPPED", exitCode) })
  /**
   * Agents do what they are told until nothing is left to do: start (or fail to start) what waits, and end what is to
   * stop. `bad` names the revisions whose tasks cannot start.
   */
  const agents = async (bad: readonly string[] = []) => {
    for (let round = 0; round < 100; round += 1) {
      const next = live().find((task) => due(task, false) === "start" || due(task, false) === "stop")
      if (!next) return
      if (next.desiredStatus === "STOPPED") {
        await report(next.arn, { stopSentAt: clock.now() })
        await end(next, 143)
      } else if (bad.some((revision) => next.taskDefinitionArn.endsWith(`/${revision}`))) {
        const [name = ""] = next.containers.map((c) => c.name)
        await report(next.arn, { payloadSentAt: clock.now(), ackedAt: clock.now() })
        await report(next.arn, {
          status: "STOPPED",
          containers: { [name]: { status: "STOPPED", reason: "CannotPullContainerError: no such image" } },
        })
      } else {
        await report(next.arn, { payloadSentAt: clock.now(), ackedAt: clock.now() })
        await report(next.arn, { status: "RUNNING", runningAt: clock.now(), containers: containers(next, "RUNNING") })
      }
    }
    assert.fail("the agents never come to rest")
  }
  const service = async (name = "web"): Promise<Service> => {
    const { services } = await harness.call("DescribeServices", { services: [name] })
    return services?.[0] ?? assert.fail(`no service ${name}`)
  }
  return {
    ...harness,
    call,
    settle,
    instance,
    live,
    report,
    end,
    agents,
    service,
    /** Messages of a service, the oldest first. */
    messages: async (name = "web") => ((await service(name)).events ?? []).map((e) => e.message ?? "").toReversed(),
    /** Details of events of this type, in order. */
    events: (detailType: string) =>
      state.view((view) => [...view.outbox.all()].filter((e) => e.detailType === detailType).map((e) => e.detail)),
    stop: () => runner.stop(),
  }
}
