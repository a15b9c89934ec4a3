// What the properties of placement are tried with: hosts, strategies, constraints and needs of every kind.
import fc from "fast-check"
import { type Constraint, type Host, parseQuery, type Strategy, type TaskNeeds } from "../../src/scheduler/index.ts"

/** The group of the tasks that are placed. */
export const group = "service:web"

/** One of a chain. */
const strategy: fc.Arbitrary<Strategy> = fc.oneof(
  fc.constant<Strategy>({ kind: "random" }),
  fc.constantFrom<Strategy>({ kind: "binpack", of: "cpu" }, { kind: "binpack", of: "memory" }),
  fc.constantFrom<Strategy>(
    { kind: "spread", over: "instanceId" },
    { kind: "spread", over: { attribute: "ecs.availability-zone" } },
    { kind: "spread", over: { attribute: "rack" } },
    { kind: "spread", over: { attribute: "nobody-has-it" } },
  ),
)
const constraint: fc.Arbitrary<Constraint> = fc.oneof(
  fc.constant<Constraint>({ kind: "distinctInstance" }),
  fc
    .constantFrom(
      "attribute:rack == 1",
      "not(task:group == service:web)",
      "task:group == service:db",
      "attribute:rack exists",
    )
    .map((text): Constraint => ({ kind: "memberOf", query: parseQuery(text) })),
)
/** What a host may be like. */
export const anyHost = fc.record({
  connected: fc.nat({ max: 5 }).map((n) => n > 0),
  zone: fc.constantFrom("a", "b", "c"),
  rack: fc.option(fc.constantFrom("1", "2", "3", "4"), { nil: undefined }),
  cpu: fc.constantFrom<number>(0, 256, 512, 1024, 4096),
  memory: fc.constantFrom<number>(128, 512, 1024, 4096),
  port: fc.boolean(),
  mine: fc.nat({ max: 2 }),
  others: fc.nat({ max: 2 }),
})
export type AnyHost = typeof anyHost extends fc.Arbitrary<infer T> ? T : never

/** The host with the id `h<index>`. */
export const hostOf = (one: AnyHost, index: number): Host => {
  const attributes = new Map([["ecs.availability-zone", one.zone], ...(one.rack ? [["rack", one.rack] as const] : [])])
  const groups = new Map([
    ...(one.mine > 0 ? [[group, one.mine] as const] : []),
    ...(one.others > 0 ? [["service:db", one.others] as const] : []),
  ])
  return {
    id: `h${index}`,
    connected: one.connected,
    networks: new Set(),
    attributes,
    groups,
    queried: {
      agentConnected: one.connected,
      attributes,
      registeredAt: 0,
      runningTasksCount: 0,
      taskGroups: new Set(groups.keys()),
    },
    tasks: one.mine + one.others,
    left: { cpu: one.cpu, memory: one.memory, gpus: 0, ports: new Set(one.port ? ["80/tcp"] : []) },
  }
}
/** What tasks may need. */
export const anyNeeds: fc.Arbitrary<TaskNeeds & { readonly seed: number }> = fc
  .record({
    strategies: fc.array(strategy, { maxLength: 5 }),
    constraints: fc.array(constraint, { maxLength: 2 }),
    cpu: fc.constantFrom(0, 128, 256),
    memory: fc.constantFrom(64, 128, 500),
    ports: fc.constantFrom<readonly string[]>([], [], ["80/tcp"]),
    seed: fc.nat(),
  })
  .map(({ cpu, memory, ports, ...rest }) => ({
    attributes: [],
    group,
    ...rest,
    room: { cpu, memory, gpus: 0, ports: new Set(ports) },
  }))
