// That the managed policies of AWS are all readable, and those are there that users of ECS attach.
import assert from "node:assert/strict"
import { test } from "node:test"
import { memoryStore } from "../open-store.ts"
import { awsManagedPolicies, managedPolicyDocument } from "./index.ts"

test("every managed policy of AWS has an id, dates and statements", () => {
  const policies = [...awsManagedPolicies().values()]
  assert.ok(policies.length > 80)
  for (const policy of policies) {
    assert.match(policy.id, /^ANPA[A-Z0-9]{17}$/, policy.name)
    assert.match(policy.version, /^v\d+$/)
    assert.ok(policy.createdAt <= policy.updatedAt, policy.name)
    const { Version, Statement } = JSON.parse(policy.document) as { Version: string; Statement: unknown }
    assert.equal(Version, "2012-10-17")
    assert.ok([Statement].flat().length > 0, policy.name)
  }
  assert.equal(new Set(policies.map((p) => p.id)).size, policies.length)
})

test("the policies that users of ECS attach are there, under the paths that AWS gives them", () => {
  for (const name of [
    "service-role/AmazonECSTaskExecutionRolePolicy",
    "service-role/AmazonEC2ContainerServiceforEC2Role",
    "service-role/AmazonEC2ContainerServiceEventsRole",
    "service-role/AmazonEC2ContainerServiceAutoscaleRole",
    "service-role/AmazonECSInfrastructureRolePolicyForVolumes",
    "AmazonECSInfrastructureRolePolicyForLoadBalancers",
    "AmazonECS_FullAccess",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEC2ContainerRegistryPowerUser",
    "AmazonEC2ContainerRegistryFullAccess",
    "aws-service-role/AmazonECSServiceRolePolicy",
    "aws-service-role/AWSApplicationAutoscalingECSServicePolicy",
    "AmazonSSMManagedInstanceCore",
    "AmazonSSMReadOnlyAccess",
    "CloudWatchLogsFullAccess",
    "SecretsManagerReadWrite",
    "ReadOnlyAccess",
    "PowerUserAccess",
    "AdministratorAccess",
    "IAMFullAccess",
  ])
    assert.ok(awsManagedPolicies().has(`arn:aws:iam::aws:policy/${name}`), name)
})

test("a managed policy's document is that of AWS or of the account's default version", () => {
  const state = memoryStore()
  const arn = "arn:aws:iam::123456789012:policy/mine"
  state.transact((tx) => {
    const version = (id: string) => ({ id, document: `{"${id}":1}`, createdAt: 0 })
    tx.iamPolicies.insert({
      account: "123456789012",
      name: "mine",
      id: "ANPA1",
      path: "/",
      arn,
      createdAt: 0,
      updatedAt: 0,
      tags: [],
      versions: [version("v1"), version("v2")],
      defaultVersion: "v2",
      lastVersion: 2,
    })
  })
  state.view((view) => {
    assert.equal(managedPolicyDocument(view, arn), '{"v2":1}')
    const admin = JSON.parse(managedPolicyDocument(view, "arn:aws:iam::aws:policy/AdministratorAccess") ?? "")
    assert.deepEqual(admin.Statement, [{ Effect: "Allow", Action: "*", Resource: "*" }])
    assert.equal(managedPolicyDocument(view, "arn:aws:iam::aws:policy/NoSuch"), undefined)
  })
})
