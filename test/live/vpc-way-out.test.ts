// A subnet has the way out that its route table gives it: none at first, one through an internet gateway, one through a
// NAT gateway, none again. Outside is an address in another network namespace; tasks ping it.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { after, test } from "node:test"
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNatGatewayCommand,
} from "@aws-sdk/client-ec2"
import { RunTaskCommand } from "@aws-sdk/client-ecs"
import { engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const outside = `${engine.namespace}-out`
const ip = (...args: string[]) => execFileSync("ip", args)
ip("netns", "add", outside)
ip("link", "add", "rsout0", "type", "veth", "peer", "name", "eth0", "netns", outside)
ip("address", "add", "198.18.0.1/30", "dev", "rsout0")
ip("link", "set", "rsout0", "up")
ip("-n", outside, "address", "add", "198.18.0.2/30", "dev", "eth0")
ip("-n", outside, "link", "set", "eth0", "up")
const roadstead = await startUp([
  ...["--port", "0", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
  ...["--log-format", "json", "--ephemeral"],
])
const user = fargateUser(roadstead.endpoint)
after(async () => {
  user.close()
  await roadstead.stop()
  docker.close()
  ip("netns", "delete", outside)
})

const rules = () => execFileSync("iptables", ["-w", "-S", "DOCKER-USER"], { encoding: "utf8" })

test("a subnet reaches what its route table leads to, and its own VPC and the APIs always", async () => {
  await user.createCluster()
  const { ec2 } = user
  const VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: "10.45.0.0/16" }))).Vpc?.VpcId
  const subnet = async (CidrBlock: string) =>
    (await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock }))).Subnet?.SubnetId ?? ""
  const table = async (SubnetId: string) => {
    const id = (await ec2.send(new CreateRouteTableCommand({ VpcId }))).RouteTable?.RouteTableId
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: id, SubnetId }))
    return { RouteTableId: id, DestinationCidrBlock: "0.0.0.0/0" }
  }
  const [open, closed] = [await subnet("10.45.1.0/24"), await subnet("10.45.2.0/24")]
  const [openTable, closedTable] = [await table(open), await table(closed)]

  // 3: the APIs do not answer; 9: nothing answers outside; 0: both do.
  const look = `wget -q -O - "$AWS_ENDPOINT_URL/_roadstead/health" >/dev/null || exit 3; ping -c 1 -W 2 198.18.0.2 && exit 0; exit 9`
  const definition = await user.register([shell("main", look)])
  const reaches = async (SubnetId: string): Promise<number | undefined> => {
    const { tasks } = await user.ecs.send(
      new RunTaskCommand({
        taskDefinition: definition,
        launchType: "FARGATE",
        networkConfiguration: { awsvpcConfiguration: { subnets: [SubnetId] } },
      }),
    )
    return (await user.stopped(tasks?.[0]?.taskArn ?? "")).containers?.[0]?.exitCode
  }
  /** Rules of the network follow the records, and are not waited for by anybody: asked until it is so, or for a minute. */
  const settlesAt = async (expected: readonly number[]) => {
    const end = realClock.now() + 60_000
    for (;;) {
      const seen = await Promise.all([reaches(open), reaches(closed)])
      if (JSON.stringify(seen) === JSON.stringify(expected) || realClock.now() > end) {
        assert.deepEqual(seen, expected)
        return
      }
    }
  }
  await settlesAt([9, 9])

  const made = await ec2.send(new CreateInternetGatewayCommand({}))
  const InternetGatewayId = made.InternetGateway?.InternetGatewayId
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }))
  await ec2.send(new CreateRouteCommand({ ...openTable, GatewayId: InternetGatewayId }))
  await settlesAt([0, 9])

  const { AllocationId } = await ec2.send(new AllocateAddressCommand({}))
  const { NatGateway } = await ec2.send(new CreateNatGatewayCommand({ SubnetId: open, AllocationId }))
  const NatGatewayId = NatGateway?.NatGatewayId
  await ec2.send(new CreateRouteCommand({ ...closedTable, NatGatewayId }))
  await settlesAt([0, 0])
  assert.doesNotMatch(rules(), /roadstead-/)

  await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId }))
  await settlesAt([0, 9])
  assert.match(rules(), /-s 10\.45\.2\.0\/24 .*roadstead-.*-j DROP/)

  await roadstead.stop()
  assert.doesNotMatch(rules(), /roadstead-/)
})
