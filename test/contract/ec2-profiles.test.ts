// Instance profiles and metadata options of instances, by the SDK over the ec2Query protocol.
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import {
  AssociateIamInstanceProfileCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeInstancesCommand,
  DisassociateIamInstanceProfileCommand,
  EC2Client,
  ModifyInstanceMetadataOptionsCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2"
import { CreateInstanceProfileCommand, IAMClient } from "@aws-sdk/client-iam"
import { ec2 } from "../../src/services/ec2/index.ts"
import { iam } from "../../src/services/iam/index.ts"
import { type AwsEndpoint, awsEndpoint } from "../support/aws-endpoint.ts"

let aws: AwsEndpoint
let client: EC2Client
let iamClient: IAMClient
before(async () => {
  aws = await awsEndpoint([ec2, iam])
  client = new EC2Client(aws.sdk)
  iamClient = new IAMClient(aws.sdk)
})
after(async () => {
  client.destroy()
  iamClient.destroy()
  await aws.close()
})

const run = async (more: Partial<RunInstancesCommandInput>) => {
  const { Instances } = await client.send(
    new RunInstancesCommand({ ImageId: "ami-1", MinCount: 1, MaxCount: 1, ...more }),
  )
  return Instances?.[0] ?? {}
}
const described = async (id = "") => {
  const { Reservations } = await client.send(new DescribeInstancesCommand({ InstanceIds: [id] }))
  return Reservations?.[0]?.Instances?.[0] ?? {}
}
const arnOf = (name: string) => `arn:aws:iam::123456789012:instance-profile/${name}`

describe("instance profiles", () => {
  test("in an account without any, one that is named is kept as it is", async () => {
    const { IamInstanceProfile } = await run({ IamInstanceProfile: { Name: "imagined" } })
    assert.equal(IamInstanceProfile?.Arn, arnOf("imagined"))
  })

  test("once there are some, one that does not exist is refused in EC2's words", async () => {
    await iamClient.send(new CreateInstanceProfileCommand({ InstanceProfileName: "one" }))
    await assert.rejects(run({ IamInstanceProfile: { Name: "none" } }), {
      name: "InvalidParameterValue",
      message: "Value (none) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
    })
    await assert.rejects(run({ IamInstanceProfile: { Arn: arnOf("none") } }), { name: "InvalidParameterValue" })
  })

  test("an instance has at most one: it is associated, replaced, listed and taken away", async () => {
    const { InstanceProfile: two } = await iamClient.send(
      new CreateInstanceProfileCommand({ InstanceProfileName: "two" }),
    )
    const { InstanceId } = await run({})
    const associate = (Name: string) =>
      client.send(new AssociateIamInstanceProfileCommand({ InstanceId, IamInstanceProfile: { Name } }))
    const { IamInstanceProfileAssociation: first } = await associate("one")
    assert.deepEqual([first?.State, first?.IamInstanceProfile?.Arn], ["associating", arnOf("one")])
    await assert.rejects(associate("two"), { name: "IncorrectState" })
    const replaced = await client.send(
      new ReplaceIamInstanceProfileAssociationCommand({
        AssociationId: first?.AssociationId,
        IamInstanceProfile: { Arn: two?.Arn },
      }),
    )
    assert.equal((await described(InstanceId)).IamInstanceProfile?.Id, two?.InstanceProfileId)
    const Filters = [{ Name: "instance-id", Values: [InstanceId ?? ""] }]
    const list = () => client.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters }))
    const [listed] = (await list()).IamInstanceProfileAssociations ?? []
    assert.deepEqual([listed?.State, listed?.IamInstanceProfile?.Arn], ["associated", arnOf("two")])
    const { AssociationId } = replaced.IamInstanceProfileAssociation ?? {}
    assert.notEqual(AssociationId, first?.AssociationId)
    await client.send(new DisassociateIamInstanceProfileCommand({ AssociationId }))
    assert.deepEqual((await list()).IamInstanceProfileAssociations, [])
    assert.equal((await described(InstanceId)).IamInstanceProfile, undefined)
    await assert.rejects(client.send(new DisassociateIamInstanceProfileCommand({ AssociationId })), {
      name: "NoSuchAssociation",
    })
  })
})

describe("metadata options", () => {
  test("are those of the launch, or EC2's own", async () => {
    const shown = async (id = "") => {
      const { MetadataOptions: o } = await described(id)
      return [o?.State, o?.HttpTokens, o?.HttpPutResponseHopLimit, o?.HttpEndpoint, o?.InstanceMetadataTags]
    }
    const plain = await run({})
    assert.deepEqual(await shown(plain.InstanceId), ["applied", "optional", 1, "enabled", "disabled"])
    const strict = await run({ MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 } })
    assert.deepEqual(await shown(strict.InstanceId), ["applied", "required", 2, "enabled", "disabled"])
    const { InstanceMetadataOptions } = await client.send(
      new ModifyInstanceMetadataOptionsCommand({ InstanceId: strict.InstanceId, InstanceMetadataTags: "enabled" }),
    )
    assert.equal(InstanceMetadataOptions?.State, "pending")
    assert.deepEqual(await shown(strict.InstanceId), ["applied", "required", 2, "enabled", "enabled"])
  })

  test("that cannot be are refused", async () => {
    const { InstanceId } = await run({})
    const change = (more: object) =>
      client.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, ...more } as { InstanceId: string }))
    await assert.rejects(change({ HttpPutResponseHopLimit: 65 }), { name: "InvalidParameterValue" })
    await assert.rejects(change({ HttpTokens: "maybe" }), { name: "InvalidParameterValue" })
    await assert.rejects(change({ HttpProtocolIpv6: "enabled" }), { name: "UnsupportedOperation" })
    await assert.rejects(change({ InstanceId: "i-0123456789abcdef0" }), { name: "InvalidInstanceID.NotFound" })
  })
})
