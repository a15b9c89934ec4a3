// The validator of task definitions: definitions whose members have the types that decoders give them, and any values. What
// it takes must be describable, and must be taken again with its defaults filled in.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { Fault } from "../../../src/kernel/index.ts"
import { checkDefinition } from "../../../src/services/ecs/definition/check.ts"
import { compatibilitiesOf, requiresAttributesOf } from "../../../src/services/ecs/definition/compatibilities.ts"
import { fillDefaults } from "../../../src/services/ecs/definition/defaults.ts"
import type { Definition } from "../../../src/services/ecs/definition/definition.ts"
import { hostAccessOf } from "../../../src/services/ecs/definition/host-access.ts"
import type { Roll } from "../roll.ts"
import type { Target } from "../target.ts"

type Tree = Record<string, unknown> | unknown[]

const corpus = JSON.parse(readFileSync(new URL("../definitions.json", import.meta.url), "utf8")) as readonly Record<
  string,
  unknown
>[]

/** Strings of all that definitions name, and numbers at which ranges end. */
const strings = [
  "",
  "a",
  "app",
  "db",
  "v",
  "/",
  "/v",
  "1",
  "0",
  "256",
  "512",
  "1 vCPU",
  "1GB",
  "80-90",
  "90-80",
  "1-65536",
  "FARGATE",
  "EC2",
  "EXTERNAL",
  "MANAGED_INSTANCES",
  "awsvpc",
  "host",
  "bridge",
  "none",
  "task",
  "ENABLED",
  "START",
  "HEALTHY",
  "SUCCESS",
  "CMD",
  "CMD-SHELL",
  "NONE",
  "awslogs",
  "awsfirelens",
  "syslog",
  "GPU",
  "ALL",
  "net.core.somaxconn",
  "kernel.shmmax",
  "arn:",
  "arn:aws:s3:::b/k.env",
  "app:alias",
  "__proto__",
  "constructor",
  "\u0000",
  "ü",
  "x".repeat(300),
  "WINDOWS_SERVER_2022_CORE",
]
const numbers = [
  0,
  -0,
  -1,
  1,
  2,
  6,
  64,
  80,
  120,
  121,
  200,
  300,
  1800,
  65_535,
  65_536,
  2 ** 31,
  2 ** 53,
  0.5,
  1e308,
  -1e308,
  5e-324,
]

/** Every value that stands at a place of the corpus, by the place without the numbers of items: they have one type. */
const pools = new Map<string, unknown[]>()
const collect = (value: unknown, path: string): void => {
  const pool = pools.get(path)
  if (pool) pool.push(value)
  else pools.set(path, [value])
  if (Array.isArray(value)) for (const item of value) collect(item, `${path}[]`)
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) collect(item, `${path}.${key}`)
  }
}
for (const definition of corpus) collect(definition, "")
/** The members that an object at a place can have. */
const membersOf = new Map<string, string[]>()
for (const path of pools.keys()) {
  const dot = path.lastIndexOf(".")
  if (dot < 0 || path.endsWith("[]")) continue
  const parent = path.slice(0, dot)
  membersOf.set(parent, [...(membersOf.get(parent) ?? []), path.slice(dot + 1)])
}

const copy = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copy)
  if (typeof value !== "object" || value === null) return value
  const out: Record<string, unknown> = {}
  for (const key in value) out[key] = copy((value as Record<string, unknown>)[key])
  return out
}

const otherValue = (roll: Roll, value: unknown, path: string): unknown => {
  if (!roll.once(3)) return copy(roll.pick(pools.get(path) ?? [value]))
  if (typeof value === "string") return roll.pick(strings)
  if (typeof value === "number") return roll.pick(numbers)
  if (typeof value === "boolean") return !value
  return Array.isArray(value) ? [] : {}
}

/** Walks down a random way and changes something there. */
const change = (roll: Roll, tree: Tree, path: string): void => {
  if (Array.isArray(tree)) {
    const at = roll.below(tree.length)
    const item = tree[at]
    const way = roll.below(6)
    if (way === 0) tree.splice(at, 1)
    else if (way === 1) tree.push(copy(item ?? roll.pick(pools.get(`${path}[]`) ?? ["a"])))
    else if (way === 2) tree.push(copy(roll.pick(pools.get(`${path}[]`) ?? ["a"])))
    else if (typeof item === "object" && item !== null) change(roll, item as Tree, `${path}[]`)
    else if (item !== undefined) tree[at] = otherValue(roll, item, `${path}[]`)
    return
  }
  const keys = membersOf.get(path) ?? Object.keys(tree)
  const own = Object.keys(tree)
  const key = roll.once(3) || own.length === 0 ? roll.pick(keys) : roll.pick(own)
  if (key === undefined) return
  const value = tree[key]
  const here = `${path}.${key}`
  if (value === undefined) tree[key] = copy(roll.pick(pools.get(here) ?? ["a"]))
  else if (roll.once(8)) delete tree[key]
  else if (typeof value === "object" && value !== null && !roll.once(4)) change(roll, value as Tree, here)
  else tree[key] = otherValue(roll, value, here)
}

const judge = (definition: Definition): void => {
  try {
    checkDefinition(definition)
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    assert.equal(thrown.code, "ClientException")
    return
  }
  const filled = fillDefaults(definition)
  checkDefinition(filled)
  // As text, for a structural comparison takes longer than all the rest.
  assert.equal(JSON.stringify(fillDefaults(filled)), JSON.stringify(filled), "defaults of defaults are others")
  const compatibilities: readonly string[] = compatibilitiesOf(filled)
  assert.ok(compatibilities.includes("EC2"))
  for (const asked of definition.requiresCompatibilities ?? []) {
    assert.ok(compatibilities.includes(asked), `${asked} was asked for, taken, and is not answered`)
  }
  const names = requiresAttributesOf(filled).map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  hostAccessOf(filled)
}

export const definition: Target<Definition> = {
  name: "definition",
  make: (roll) => {
    const made = copy(roll.pick(corpus)) as Record<string, unknown>
    for (let changes = roll.below(7); changes >= 0; changes--) change(roll, made, "")
    return made as unknown as Definition
  },
  run: judge,
  pack: (made) => Buffer.from(JSON.stringify(made)),
  unpack: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Definition,
  // Half of a definition is no definition: its type would be another.
  cutsFrom: (bytes) => bytes.length,
}
