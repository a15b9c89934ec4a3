// VPCs that a user makes carry tasks: an interface's address answers from the host, a second VPC with the same CIDR runs
// tasks beside the first, and a VPC that is deleted leaves nothing on the machine.
import assert from "node:assert/strict"
import { get } from "node:http"
import { join } from "node:path"
import { after, test } from "node:test"
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DetachInternetGatewayCommand,
} from "@aws-sdk/client-ec2"
import { RunTaskCommand } from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { listNetworks } from "../../src/machines/networks/taken.ts"
import { addressOf, engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const roadstead = await startUp([
  ...["--port", "0", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
  ...["--log-format", "json", "--ephemeral"],
])
const user = fargateUser(roadstead.endpoint)
after(async () => {
  user.close()
  await roadstead.stop()
  docker.close()
})

const cidr = "10.44.0.0/16"

/** A VPC with two subnets in two zones and a way out. */
const makeVpc = async () => {
  const vpc = (await user.ec2.send(new CreateVpcCommand({ CidrBlock: cidr }))).Vpc?.VpcId ?? ""
  const subnets: string[] = []
  for (const [i, zone] of ["us-east-1a", "us-east-1b"].entries()) {
    const { Subnet } = await user.ec2.send(
      new CreateSubnetCommand({ VpcId: vpc, CidrBlock: `10.44.${i + 1}.0/24`, AvailabilityZone: zone }),
    )
    subnets.push(Subnet?.SubnetId ?? "")
  }
  const made = await user.ec2.send(new CreateInternetGatewayCommand({}))
  const gateway = made.InternetGateway?.InternetGatewayId ?? ""
  await user.ec2.send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }))
  const { RouteTables } = await user.ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [vpc] }] }),
  )
  const RouteTableId = RouteTables?.[0]?.RouteTableId
  await user.ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway }))
  return { vpc, subnets, gateway }
}

const unmakeVpc = async ({ vpc, subnets, gateway }: Awaited<ReturnType<typeof makeVpc>>) => {
  for (const SubnetId of subnets) await user.ec2.send(new DeleteSubnetCommand({ SubnetId }))
  await user.ec2.send(new DetachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }))
  await user.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: gateway }))
  await user.ec2.send(new DeleteVpcCommand({ VpcId: vpc }))
}

/** Serves its words over HTTP. httpd does not end by SIGTERM as the first process. */
const server = shell("main", "mkdir -p /www && echo here I am > /www/index.html && exec httpd -f -p 8080 -h /www", {
  stopTimeout: 2,
})

const runIn = async (taskDefinition: string, subnet: string): Promise<string> => {
  const { tasks } = await user.ecs.send(
    new RunTaskCommand({
      taskDefinition,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
    }),
  )
  return tasks?.[0]?.taskArn ?? ""
}

const fetchText = (address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ host: address, port: 8080, path: "/" }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk) => (text += chunk))
      response.on("end", () => resolve(text))
    }).on("error", reject)
  })

const eventually = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const end = realClock.now() + 90_000
  while (!(await holds())) {
    if (realClock.now() > end) throw new Error(`it did not come about: ${what}`)
    await delay(realClock, 100)
  }
}

const networksNamed = async (vpc: string): Promise<number> =>
  (await listNetworks(docker)).filter((network) => network.Name.includes(vpc)).length

test("a user's VPC runs tasks whose addresses answer from the host, and leaves nothing when it is deleted", async () => {
  await user.createCluster()
  const definition = await user.register([server])
  const first = await makeVpc()
  const [near = "", far = ""] = first.subnets
  const tasks = [await runIn(definition, near), await runIn(definition, far)]
  const addresses: string[] = []
  for (const [i, arn] of tasks.entries()) {
    const task = await user.running(arn)
    const address = addressOf(task)
    assert.match(address, new RegExp(`^10\\.44\\.${i + 1}\\.`))
    assert.equal(task.availabilityZone, ["us-east-1a", "us-east-1b"][i])
    await eventually(`${address} answers`, () =>
      fetchText(address).then(
        (text) => text === "here I am\n",
        () => false,
      ),
    )
    addresses.push(address)
  }
  const shown = await user.ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: "vpc-id", Values: [first.vpc] }] }),
  )
  assert.deepEqual(shown.NetworkInterfaces?.map((i) => i.PrivateIpAddress).toSorted(), addresses.toSorted())
  assert.equal(await networksNamed(first.vpc), 1)

  // A second VPC of the same CIDR, in the same region, at the same time.
  const second = await makeVpc()
  const elsewhere = await runIn(
    await user.register([
      shell("main", `wget -q -O - "$ECS_CONTAINER_METADATA_URI_V4/task" | grep -q "${second.vpc}" && exit 7; exit 1`),
    ]),
    second.subnets[0] ?? "",
  )
  const over = await user.stopped(elsewhere)
  assert.equal(over.containers?.[0]?.exitCode, 7, JSON.stringify(over))
  assert.equal(await networksNamed(second.vpc), 0, "it is on a machine of its own")

  await assert.rejects(user.ec2.send(new DeleteSubnetCommand({ SubnetId: near })), { name: "DependencyViolation" })
  await assert.rejects(user.ec2.send(new DeleteVpcCommand({ VpcId: first.vpc })), { name: "DependencyViolation" })
  for (const arn of tasks) await user.stop(arn)
  for (const arn of tasks) await user.stopped(arn)
  const { Subnets } = await user.ec2.send(new DescribeSubnetsCommand({ SubnetIds: first.subnets }))
  assert.deepEqual(
    Subnets?.map((subnet) => subnet.AvailableIpAddressCount),
    [251, 251],
  )
  await unmakeVpc(first)
  await eventually("the Docker network of the VPC is gone", async () => (await networksNamed(first.vpc)) === 0)
  await unmakeVpc(second)

  // The addresses are free on this machine again.
  const third = await makeVpc()
  const again = await runIn(definition, third.subnets[1] ?? "")
  assert.match(addressOf(await user.running(again)), /^10\.44\.2\./)
  await eventually("the third VPC is on the shared engine", async () => (await networksNamed(third.vpc)) === 1)
  await user.stop(again)
  await user.stopped(again)
})
