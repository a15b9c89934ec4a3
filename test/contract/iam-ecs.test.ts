// IAM and ECS together: the service-linked role that comes with the first cluster and stays while there is one.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { CreateClusterCommand, DeleteClusterCommand, ECSClient } from "@aws-sdk/client-ecs"
import {
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam"
import { ecsService } from "../../src/services/ecs/index.ts"
import { allow, type IamEndpoint, iamEndpoint, policy } from "../support/iam.ts"

const RoleName = "AWSServiceRoleForECS"
let aws: IamEndpoint
before(async () => {
  const address = "http://127.0.0.1:4566"
  aws = await iamEndpoint([ecsService({ pollEndpoint: () => ({ endpoint: address, telemetryEndpoint: address }) })])
})
after(() => aws.close())

test("the first cluster brings ECS's service-linked role, if its maker may make one", async () => {
  const { client } = aws
  const credentials = await aws.userWithKey("maker")
  const permit = (...actions: string[]) =>
    client.send(
      new PutUserPolicyCommand({ UserName: "maker", PolicyName: "p", PolicyDocument: policy(allow(actions)) }),
    )
  const ecs = new ECSClient({ ...aws.sdk, credentials })
  await permit("ecs:CreateCluster")
  await ecs.send(new CreateClusterCommand({ clusterName: "first" }))
  await assert.rejects(client.send(new GetRoleCommand({ RoleName })), { name: "NoSuchEntityException" })
  await permit("ecs:*", "iam:CreateServiceLinkedRole")
  await ecs.send(new CreateClusterCommand({ clusterName: "second" }))
  const { Role } = await client.send(new GetRoleCommand({ RoleName }))
  assert.equal(Role?.Path, "/aws-service-role/ecs.amazonaws.com/")

  const remove = async () => {
    const { DeletionTaskId } = await client.send(new DeleteServiceLinkedRoleCommand({ RoleName }))
    return client.send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId }))
  }
  const refused = await remove()
  assert.equal(refused.Status, "FAILED")
  const [usage] = refused.Reason?.RoleUsageList ?? []
  assert.deepEqual([usage?.Region, usage?.Resources?.length], ["us-east-1", 2])
  for (const cluster of ["first", "second"]) await ecs.send(new DeleteClusterCommand({ cluster }))
  assert.equal((await remove()).Status, "SUCCEEDED")
  ecs.destroy()
})
