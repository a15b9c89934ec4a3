// Tasks as a payload brings them, for tests of the agent: short to write, complete enough to run.
import { type AcsContainer, type AcsTask, roadsteadAttachmentType } from "../../src/protocol/index.ts"

const cluster = "arn:aws:ecs:us-east-1:000000000000:cluster/default"

/** A container; `config` and `hostConfig` are objects here. */
export const container = (
  name: string,
  more: Omit<Partial<AcsContainer>, "dockerConfig"> & { config?: object; hostConfig?: object } = {},
): AcsContainer => {
  const { config = {}, hostConfig = {}, ...fields } = more
  return {
    name,
    image: "busybox:test",
    cpu: 0,
    memory: 0,
    essential: true,
    ...fields,
    dockerConfig: { config: JSON.stringify(config), hostConfig: JSON.stringify(hostConfig) },
  }
}

export const testNetwork = "000000000000/us-east-1/vpc-1"

/** A Fargate task whose id is `number` as 32 digits and whose address ends in it. */
export const fargateTask = (
  number: number,
  containers: readonly AcsContainer[],
  more: Partial<AcsTask> = {},
): AcsTask => ({
  arn: `arn:aws:ecs:us-east-1:000000000000:task/default/${String(number).padStart(32, "0")}`,
  taskClusterArn: cluster,
  desiredStatus: "RUNNING",
  family: "web",
  version: "3",
  launchType: "FARGATE",
  cpu: 0.25,
  memory: 512,
  networkMode: "awsvpc",
  containers,
  elasticNetworkInterfaces: [
    {
      ec2Id: `eni-${number}`,
      macAddress: `0a:00:00:00:00:${number.toString(16).padStart(2, "0")}`,
      ipv4Addresses: [{ privateAddress: `172.31.16.${number}`, primary: true }],
      subnetGatewayIpv4Address: "172.31.16.1/20",
      privateDnsName: `ip-172-31-16-${number}.ec2.internal`,
    },
  ],
  attachments: [
    {
      attachmentArn: "arn:aws:ecs:us-east-1:000000000000:attachment/1",
      attachmentType: roadsteadAttachmentType,
      attachmentProperties: [
        { name: "accountId", value: "000000000000" },
        { name: "region", value: "us-east-1" },
        { name: "vpcId", value: "vpc-1" },
        { name: "apiEndpoint", value: "http://172.31.0.1:4566" },
      ],
    },
  ],
  ...more,
})

/** A task on an EC2 instance in bridge mode. */
export const bridgeTask = (
  number: number,
  containers: readonly AcsContainer[],
  more: Partial<AcsTask> = {},
): AcsTask => {
  const {
    elasticNetworkInterfaces: _,
    attachments: __,
    cpu: ___,
    memory: ____,
    ...task
  } = fargateTask(number, containers)
  return { ...task, launchType: "EC2", networkMode: "bridge", ...more }
}

export const stopOf = (task: AcsTask): AcsTask => ({ arn: task.arn, desiredStatus: "STOPPED" })
