// Bar 1: from RunTask to RUNNING with the image present, as a client sees it. Without a prepared sandbox (the first task of a
// subnet) against the Docker API calls that the same task needs, made by hand on the same engine and the same networks;
// with one against those of a plain `docker run`.
import { setTimeout as pause } from "node:timers/promises"
import { CreateSubnetCommand } from "@aws-sdk/client-ec2"
import {
  DescribeTasksCommand,
  type ECSClient,
  RunTaskCommand,
  StopTaskCommand,
  waitUntilTasksStopped,
} from "@aws-sdk/client-ecs"
import { withEngine } from "../test/support/namespace.ts"
import { onFargate, withFargate } from "./support/fargate.ts"
import { median, report } from "./support/measure.ts"

const rounds = 12
const engine = await withEngine(import.meta.filename)

await report(() =>
  withFargate(engine, ["sleep", "600"], async ({ ecs, ec2, subnets, byHand }) => {
    const [home = { id: "", vpc: "" }] = subnets
    const freshSubnet = async (round: number): Promise<string> => {
      const CidrBlock = `172.31.${64 + round}.0/24`
      const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: home.vpc, CidrBlock }))
      return Subnet?.SubnetId ?? ""
    }
    const timed = async (make: Promise<readonly string[]>): Promise<number> => {
      const began = performance.now()
      const made = await make
      const took = performance.now() - began
      await byHand.remove(made)
      return took
    }
    // A subnet in which nothing runs any more has no sandboxes: this task keeps it from that between the rounds.
    const { tasks: [stays] = [] } = await ecs.send(new RunTaskCommand(onFargate(home.id)))
    if (!stays) throw new Error("the task that stays could not be started")

    const ours: number[] = []
    const floor: number[] = []
    const prepared: number[] = []
    const plain: number[] = []
    for (let round = 0; round <= rounds; round++) {
      const times: number[] = []
      const measures = [
        async () => runTask(ecs, await freshSubnet(round)),
        // High in the third default subnet: Roadstead's tasks here are all in the first.
        () => timed(byHand.task(`bench-${round}`, `172.31.47.${100 + round}`)),
        () => runTask(ecs, home.id),
        () => timed(byHand.plain(`bench-plain-${round}`, `172.31.47.${180 + round}`)),
      ]
      for (const measure of measures) {
        times.push(await measure())
        // The engine tidies up behind the last one, and sandboxes are prepared.
        await pause(1000)
      }
      // The first task has the networks and the host made, which is another measure.
      if (round === 0) continue
      for (const [i, list] of [ours, floor, prepared, plain].entries()) list.push(times[i] ?? Number.NaN)
    }
    return [
      {
        name: "RunTask to RUNNING, image present",
        value: median(ours),
        unit: "ms",
        floor: { name: "the same Docker API calls by hand", value: median(floor) },
      },
      {
        name: "RunTask to RUNNING with a prepared sandbox",
        value: median(prepared),
        unit: "ms",
        floor: { name: "the API calls of a plain docker run", value: median(plain) },
      },
    ]
  }),
)

/**
 * Runs a task and answers the milliseconds from sending RunTask to `startedAt`, which both clocks of this machine agree on.
 * Asking for the status all the while would take the processor from the engine, which has nobody asking in the floor.
 */
async function runTask(ecs: ECSClient, subnet: string): Promise<number> {
  const began = Date.now()
  const { tasks: [task] = [] } = await ecs.send(new RunTaskCommand(onFargate(subnet)))
  const tasks = [task?.taskArn ?? ""]
  for (;;) {
    const { tasks: [seen] = [] } = await ecs.send(new DescribeTasksCommand({ tasks }))
    if (seen?.lastStatus === "STOPPED") throw new Error(`the task stopped: ${seen.stoppedReason}`)
    if (seen?.lastStatus === "RUNNING" && seen.startedAt) {
      await ecs.send(new StopTaskCommand({ task: tasks[0] }))
      await waitUntilTasksStopped({ client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { tasks })
      return seen.startedAt.getTime() - began
    }
    await pause(150)
  }
}
