// ECS for unit tests: its handler table behind the real gate, over records in memory, with time and ids that repeat.
// Agents, controllers and the wire are not here.
import assert from "node:assert/strict"
import {
  type BulkStores,
  type Caller,
  createGate,
  type Gate,
  type Input,
  type Output,
  type ServiceTable,
} from "../../src/gate/index.ts"
import { type Fault, type Scope, silentLog } from "../../src/kernel/index.ts"
import type { Operations } from "../../src/model/operations.ts"
import { ecsService } from "../../src/services/ecs/index.ts"
import { defaultVpcRows, memoryStore, type State, type TaskRow } from "../../src/state/index.ts"
import { refused } from "./refused.ts"
import { TestClock } from "./test-clock.ts"
import { testIds } from "./test-ids.ts"

type Ecs = Operations["ecs"]

export const scope: Scope = { account: "123456789012", region: "us-east-1" }
export const root: Caller = { account: scope.account, arn: "arn:aws:iam::123456789012:root", kind: "root" }
/** The records of the scope's default VPC. */
export const vpc = defaultVpcRows(scope)
/** Subnets of the default VPC in the order of their zones. */
export const subnets: readonly string[] = vpc.subnets.map((subnet) => subnet.id)

/** The ARN of something of ECS in {@link scope}. */
export const ecsArn = (resource: string): string => `arn:aws:ecs:us-east-1:123456789012:${resource}`

export interface EcsHarness {
  readonly state: State
  readonly clock: TestClock
  readonly gate: Gate
  /** Calls an operation as the root of the account, or as `caller`. */
  call<O extends keyof Ecs & string>(operation: O, input: Input<"ecs", O>, caller?: Caller): Promise<Output<"ecs", O>>
  /** The call must be refused with exactly this. Answers the fault. */
  refuses<O extends keyof Ecs & string>(
    operation: O,
    input: Input<"ecs", O>,
    code: string,
    message: string,
    caller?: Caller,
  ): Promise<Fault>
  /** The record of a task. */
  task(arn: string | undefined): TaskRow
  /** Changes the record of a task, as a controller would. */
  patchTask(arn: string | undefined, change: Partial<TaskRow>): void
}

/** A fresh ECS without any cluster, beside other services. */
export const ecsHarness = (others: readonly ServiceTable[] = []): EcsHarness => {
  const state = memoryStore()
  const clock = new TestClock()
  const ecs = ecsService({
    pollEndpoint: ({ kind }) => ({
      endpoint: `http://127.0.0.1:4566/${kind}/acs`,
      telemetryEndpoint: `http://127.0.0.1:4566/${kind}/tcs`,
    }),
  })
  const gate = createGate({
    state,
    bulk: {} as BulkStores,
    services: [ecs, ...others],
    clock,
    ids: testIds(),
    log: silentLog,
  })
  const call: EcsHarness["call"] = (operation, input, caller = root) =>
    gate.invoke("ecs", operation, input, { ...scope, account: caller.account }, caller)
  return {
    state,
    clock,
    gate,
    call,
    refuses: (operation, input, code, message, caller) =>
      refused(operation, call(operation, input, caller), code, message),
    task: (arn) => state.view((view) => view.tasks.get(arn ?? "") ?? assert.fail(`no task ${arn}`)),
    patchTask: (arn, change) => {
      state.transact((tx) => tx.tasks.patch(arn ?? "", change))
    },
  }
}

/** A harness with the cluster `default` and the Fargate task definition `web:1` of one container `app`. */
export const withWeb = async (): Promise<EcsHarness> => {
  const harness = ecsHarness()
  await harness.call("CreateCluster", {})
  await harness.call("RegisterTaskDefinition", fargateDefinition())
  return harness
}

/** A task definition that Fargate takes; `over` replaces members. */
export const fargateDefinition = (
  over: Partial<Input<"ecs", "RegisterTaskDefinition">> = {},
): Input<"ecs", "RegisterTaskDefinition"> => ({
  family: "web",
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image: "app:1" }],
  ...over,
})

/** RunTask of `web` on Fargate in the default VPC; `over` replaces members. */
export const runWeb = (over: Partial<Input<"ecs", "RunTask">> = {}): Input<"ecs", "RunTask"> => ({
  taskDefinition: "web",
  launchType: "FARGATE",
  networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets] } },
  ...over,
})
