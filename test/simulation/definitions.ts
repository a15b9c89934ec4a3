// The task definitions of the simulation. What the container of one does on a host is the tag of its image (host.ts).
import type { Input } from "../../src/gate/index.ts"

type Definition = Input<"ecs", "RegisterTaskDefinition">
type Container = NonNullable<Definition["containerDefinitions"]>[number]

const one = (family: string, tag: string, over: Partial<Container> = {}): Definition => ({
  family,
  containerDefinitions: [{ name: "app", image: `app:${tag}`, cpu: 128, memory: 64, ...over }],
})
const healthCheck = { command: ["CMD-SHELL", "true"] }
/** Of tasks with an interface of their own: what load balancers (balancing.ts) forward to. */
const portMappings = [{ containerPort: 80 }]

export const zones = ["us-east-1a", "us-east-1b", "us-east-1c"] as const

/** Families that come to run and stay. */
export const good = ["plain", "checked", "port", "pair", "big"] as const
/** Families that never do. */
export const bad = ["nostart", "crash", "sick"] as const

/** The same on Fargate. */
export const goodOnFargate = ["fplain", "fchecked"] as const
export const badOnFargate = ["fnostart", "fcrash"] as const

/** In awsvpc mode on instances: each with an interface, of which the agent is told before. */
export const goodOnInterfaces = ["vplain", "vchecked"] as const
export const badOnInterfaces = ["vnostart"] as const

/** What the tasks of a family run on. */
export type Ground = "instances" | "interfaces" | "fargate"

/** Whether a family never comes to run and stay. */
export const isBad = (family: string): boolean =>
  ([...bad, ...badOnFargate, ...badOnInterfaces] as readonly string[]).includes(family)

const onFargate = (family: string, tag: string, over: Partial<Container> = {}): Definition => ({
  ...one(family, tag, over),
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
})

export const definitions: readonly Definition[] = [
  one("plain", "good"),
  one("checked", "good", { healthCheck }),
  one("port", "good", { portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
  {
    family: "pair",
    containerDefinitions: [
      { name: "app", image: "app:good", cpu: 64, memoryReservation: 32, portMappings: [{ containerPort: 80 }] },
      { name: "side", image: "side:good", cpu: 64, memory: 32, essential: false },
    ],
  },
  one("big", "good", { cpu: 512, memory: 256 }),
  one("nostart", "nostart"),
  one("crash", "crash"),
  one("sick", "sick", { healthCheck }),
  { ...one("vplain", "good", { portMappings }), networkMode: "awsvpc" },
  { ...one("vchecked", "good", { healthCheck, portMappings }), networkMode: "awsvpc" },
  { ...one("vnostart", "nostart", { portMappings }), networkMode: "awsvpc" },
  onFargate("fplain", "good", { portMappings }),
  onFargate("fchecked", "good", { healthCheck, portMappings }),
  onFargate("fnostart", "nostart", { portMappings }),
  onFargate("fcrash", "crash", { portMappings }),
]
