import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { aLoadBalancer, aTarget, aWorldFor } from "../../../../test/support/balancer-rows.ts"
import { scope, vpc } from "../../../../test/support/ecs-harness.ts"
import { aDefinition, aHost, aTask } from "../../../../test/support/rows.ts"
import {
  type ContainerInstanceRow,
  interfaceRow,
  memoryStore,
  type ObservedContainer,
  type TargetRow,
  type TaskDefinitionRow,
  type TaskRow,
} from "../../../state/index.ts"
import { findingOf, healthy, timedOut } from "./answering.ts"

const definition = (
  networkMode: TaskDefinitionRow["definition"]["networkMode"],
  portMappings: readonly { containerPort: number; hostPort?: number }[],
): TaskDefinitionRow =>
  aDefinition({
    definition: { family: "web", networkMode, containerDefinitions: [{ name: "main", image: "app", portMappings }] },
  })

const seen = (main: Partial<ObservedContainer> = {}): Partial<TaskRow> => ({
  observed: { containers: { main: { status: "RUNNING", ...main } } },
})

/** A task with an interface of its own, at 172.31.0.50. */
const atAddress = (task: Partial<TaskRow>, target: TargetRow = aTarget("172.31.0.50"), port = 8080) => {
  const state = memoryStore()
  state.transact((tx) => {
    aWorldFor(tx)
    tx.taskDefinitions.insert(definition("awsvpc", [{ containerPort: 8080 }]))
    const row = tx.tasks.insert(aTask(task))
    const [subnet] = vpc.subnets
    if (!subnet) return
    const made = { id: "eni-1", subnet, privateIp: "172.31.0.50", securityGroups: [], description: "", createdAt: 0 }
    tx.networkInterfaces.insert(interfaceRow({ ...made, taskArn: row.arn }))
  })
  return state.view((view) => findingOf(view, target, port))
}

describe("at an address", () => {
  test("a running container with that port answers, and no other", () => {
    assert.deepEqual(atAddress(seen()), healthy)
    assert.deepEqual(atAddress(seen({ health: "HEALTHY" })), healthy)
    assert.deepEqual(atAddress(seen(), aTarget("172.31.0.50"), 9000), timedOut)
    assert.deepEqual(atAddress(seen(), aTarget("172.31.0.51")), timedOut)
    assert.deepEqual(atAddress(seen({ status: "PENDING" })), timedOut)
    assert.deepEqual(atAddress(seen({ status: "STOPPED" })), timedOut)
  })

  test("a container that says it is unhealthy fails its checks", () => {
    assert.equal(atAddress(seen({ health: "UNHEALTHY" })).reason, "Target.FailedHealthChecks")
  })
})

/** A task on the instance `i-1`. */
const onInstance = (given: TaskDefinitionRow, task: Partial<TaskRow>, port: number) => {
  const state = memoryStore()
  const { pool: _pool, machineId: _machine, ...host } = aHost()
  const instance: ContainerInstanceRow = { ...host, ...scope, ec2InstanceId: "i-1" }
  state.transact((tx) => {
    aWorldFor(tx)
    tx.taskDefinitions.insert(given)
    tx.containerInstances.insert(instance)
    tx.tasks.insert(aTask({ launchType: "EC2", ...task }))
  })
  return state.view((view) => findingOf(view, aTarget("i-1", { port }), port))
}

describe("on an instance", () => {
  test("the host ports answer that the agent reported", () => {
    const dynamic = definition("bridge", [{ containerPort: 8080, hostPort: 0 }])
    const bound = seen({ networkBindings: [{ containerPort: 8080, hostPort: 32768 }] })
    assert.deepEqual(onInstance(dynamic, bound, 32768), healthy)
    assert.deepEqual(onInstance(dynamic, bound, 8080), timedOut)
  })

  test("fixed host ports answer, and in host mode those of the containers", () => {
    const fixed = definition("bridge", [{ containerPort: 8080, hostPort: 80 }])
    assert.deepEqual(onInstance(fixed, seen(), 80), healthy)
    assert.deepEqual(onInstance(fixed, seen(), 8080), timedOut)
    assert.deepEqual(onInstance(definition("host", [{ containerPort: 8080 }]), seen(), 8080), healthy)
  })
})

test("an application load balancer answers once it is active", () => {
  const state = memoryStore()
  const { arn } = aLoadBalancer()
  const found = () => state.view((view) => findingOf(view, aTarget(arn, { port: 80 }), 80))
  state.transact((tx) => tx.loadBalancers.insert(aLoadBalancer()))
  assert.deepEqual(found(), timedOut)
  state.transact((tx) => tx.loadBalancers.patch(arn, { status: { code: "active" } }))
  assert.deepEqual(found(), healthy)
})
