// What the contract tests of EC2 share: refusals by code and text, and a VPC with a subnet to begin with.
import assert from "node:assert/strict"
import { CreateSubnetCommand, CreateVpcCommand, type EC2Client } from "@aws-sdk/client-ec2"

/** For `assert.rejects`: the SDK's error has this code and this text. */
export const refusal = (code: string, message: string) => (thrown: { name: string; message: string }) => {
  assert.deepEqual([thrown.name, thrown.message], [code, message])
  return true
}

/** A VPC of the block; answers its id. */
export const newVpc = async (client: EC2Client, CidrBlock = "10.0.0.0/16"): Promise<string> =>
  (await client.send(new CreateVpcCommand({ CidrBlock }))).Vpc?.VpcId ?? ""

/** A subnet of a VPC; answers its id. */
export const newSubnet = async (client: EC2Client, VpcId: string, CidrBlock = "10.0.1.0/24"): Promise<string> =>
  (await client.send(new CreateSubnetCommand({ VpcId, CidrBlock }))).Subnet?.SubnetId ?? ""
