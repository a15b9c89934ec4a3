// Task definitions for tests of their checks, and the form of a refused case.
// source of each text: R = reference/aws-behaviour.md 1.6 and 1.8, and public logs ([field], moto), P = badmintoncryer/cdk-preflight
// rules/ecs (probed at the real API in 2026), M = from memory, to be compared with AWS when somebody can.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Fault } from "../../src/kernel/index.ts"
import { checkDefinition } from "../../src/services/ecs/definition/check.ts"
import type { ContainerBody, Definition } from "../../src/services/ecs/definition/definition.ts"

/** A container that is in order, `app` unless `over` says otherwise. */
export const container = (over: ContainerBody = {}): ContainerBody => ({
  name: "app",
  image: "app:1",
  memory: 64,
  ...over,
})
/** A definition without a network mode. */
export const bridge = (...containers: ContainerBody[]): Definition => ({
  family: "f",
  containerDefinitions: containers,
})
/** The same of one container, in awsvpc. */
export const awsvpc = (of: ContainerBody): Definition => ({ ...bridge(container(of)), networkMode: "awsvpc" })
/** A definition that Fargate takes. */
export const fargate = (over: Partial<Definition> = {}, of: ContainerBody = {}): Definition => ({
  family: "f",
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image: "app:1", ...of }],
  ...over,
})

/** A definition that is refused, and AWS's words for it. */
export type RefusedCase = readonly [source: "R" | "P" | "M", what: string, definition: Definition, message: string]

/** A test for each case: a ClientException with exactly this message. */
export const refusesEach = (cases: readonly RefusedCase[]): void => {
  for (const [source, what, definition, message] of cases) {
    test(`a task definition with ${what} is refused (${source})`, () => {
      assert.throws(
        () => checkDefinition(definition),
        (thrown) => {
          assert.ok(thrown instanceof Fault)
          assert.deepEqual({ code: thrown.code, message: thrown.message }, { code: "ClientException", message })
          return true
        },
      )
    })
  }
}

/** A test for each case: nothing is thrown. */
export const takesEach = (cases: readonly (readonly [what: string, definition: Definition])[]): void => {
  for (const [what, definition] of cases) {
    test(`a task definition with ${what} is taken`, () => checkDefinition(definition))
  }
}
