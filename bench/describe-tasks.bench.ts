// Bar 5, first half: DescribeTasks of one task, signed, against a bare signed echo server, by the same callers.
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2"
import { signedRequest } from "./support/aws-request.ts"
import { ask, load } from "./support/load.ts"
import { median, report } from "./support/measure.ts"
import { type Server, startServer } from "./support/server.ts"

const callers = 16
const requests = 4_000
/** Rounds are short and alternate between the two servers, so that a disturbance hits both; the first few warm up. */
const rounds = 21
const warmUp = 4

/** What came of a round. The processor's time says the same as the rate, also while others have the processors. */
interface Round {
  readonly perSecond: number
  readonly processor: number
}
const middle = (all: readonly Round[], what: keyof Round) => median(all.map((round) => round[what]))

const taskDefinition = {
  family: "bench",
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image: "bench" }],
}

await report(async () => {
  const echo = await startServer("echo-server")
  const roadstead = await startServer("control-plane")
  const ecs = (port: number, operation: string, input: object) =>
    signedRequest({
      port,
      service: "ecs",
      region: "us-east-1",
      target: `AmazonEC2ContainerServiceV20141113.${operation}`,
      input,
      accessKeyId: "111122223333",
      secretAccessKey: "bench",
      now: new Date(),
    })
  try {
    const tell = (operation: string, input: object) => ask(roadstead.port, ecs(roadstead.port, operation, input))
    await tell("CreateCluster", { clusterName: "bench" })
    await tell("RegisterTaskDefinition", taskDefinition)
    const subnet = await defaultSubnet(roadstead.port)
    const ran = (await tell("RunTask", {
      cluster: "bench",
      taskDefinition: "bench",
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
    })) as { tasks: { taskArn: string }[] }
    const input = { cluster: "bench", tasks: ran.tasks.map((task) => task.taskArn) }

    const measure = async ({ port, processorSeconds }: Server) => {
      const request = ecs(port, "DescribeTasks", input)
      let left = requests
      const used = processorSeconds()
      const { perSecond } = await load(port, callers, () => (left-- > 0 ? request : undefined))
      return { perSecond, processor: ((processorSeconds() - used) / requests) * 1e6 }
    }
    const ours: Round[] = []
    const floor: Round[] = []
    for (let round = 0; round < warmUp + rounds; round++) {
      const pair = [await measure(echo), await measure(roadstead)] as const
      if (round < warmUp) continue
      floor.push(pair[0])
      ours.push(pair[1])
    }
    return [
      {
        name: "DescribeTasks, signed, one task",
        value: middle(ours, "perSecond"),
        unit: "requests/s",
        floor: { name: "a bare signed echo server", value: middle(floor, "perSecond") },
      },
      {
        name: "DescribeTasks, processor time of the server a request",
        value: middle(ours, "processor"),
        unit: "µs",
        floor: { name: "a bare signed echo server", value: middle(floor, "processor") },
      },
    ]
  } finally {
    await Promise.all([echo.stop(), roadstead.stop()])
  }
})

async function defaultSubnet(port: number): Promise<string> {
  const ec2 = new EC2Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "111122223333", secretAccessKey: "bench" },
  })
  const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}))
  ec2.destroy()
  if (!subnet?.SubnetId) throw new Error("there is no default subnet")
  return subnet.SubnetId
}
