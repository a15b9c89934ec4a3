// Bar 2: a service from 0 to 40 tasks on one host, as tasks a second until the last one runs, against the raw rate of the
// same Docker API calls with as many at once. Rounds of both alternate.
import { setTimeout as pause } from "node:timers/promises"
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
} from "@aws-sdk/client-ecs"
import { withEngine } from "../test/support/namespace.ts"
import { type Fargate, onFargate, withFargate } from "./support/fargate.ts"
import { median, report } from "./support/measure.ts"

const tasks = 40
const rounds = 3
const engine = await withEngine(import.meta.filename)

await report(() =>
  withFargate(engine, ["sleep", "600"], async (fargate) => {
    const ours: number[] = []
    const raw: number[] = []
    for (let round = 0; round <= rounds; round++) {
      // The first has the network and the host made; two tasks will do.
      const rate = await runService(fargate, `round-${round}`, round === 0 ? 2 : tasks)
      if (round === 0) continue
      ours.push(rate)
      raw.push(await runByHand(fargate, round))
      console.log(`service ${rate.toFixed(2)} tasks/s, by hand ${raw.at(-1)?.toFixed(2)}`)
    }
    return [
      {
        name: "a service from 0 to 40 tasks",
        value: median(ours),
        unit: "tasks/s",
        floor: { name: "the same Docker API calls by hand, 40 at once", value: median(raw) },
      },
    ]
  }),
)

/** Tasks a second from CreateService to the last `startedAt`; afterwards everything of it is gone again. */
async function runService(fargate: Fargate, service: string, desiredCount: number): Promise<number> {
  const { ecs, subnets } = fargate
  const began = Date.now()
  const asked = { serviceName: service, desiredCount, ...onFargate(...subnets.map(({ id }) => id)) }
  await ecs.send(new CreateServiceCommand(asked))
  for (;;) {
    // Seldom: the processor is for the engine, which has nobody asking in the floor.
    await pause(1000)
    const { services: [seen] = [] } = await ecs.send(new DescribeServicesCommand({ services: [service] }))
    if (seen?.runningCount === desiredCount) break
  }
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ serviceName: service }))
  const { tasks: all = [] } = await ecs.send(new DescribeTasksCommand({ tasks: taskArns }))
  const last = Math.max(...all.map(({ startedAt }) => startedAt?.getTime() ?? Number.NaN))
  await ecs.send(new DeleteServiceCommand({ service, force: true }))
  while (((await ecs.send(new ListTasksCommand({}))).taskArns ?? []).length > 0) await pause(1000)
  await containersGone(fargate)
  return desiredCount / ((last - began) / 1000)
}

/** Waits until the engine has nothing left of tasks but what is prepared for others. */
async function containersGone({ docker }: Fargate): Promise<void> {
  const filters = JSON.stringify({ label: ["com.amazonaws.ecs.task-arn"] })
  for (;;) {
    const { body } = await docker.request<object[]>("GET", "/containers/json", { query: { all: true, filters } })
    // And a moment for the bridge ports that the kernel still takes down.
    await pause(2000)
    if (body.length === 0) return
  }
}

/** As many tasks at once, made by hand. */
async function runByHand({ byHand }: Fargate, round: number): Promise<number> {
  const began = performance.now()
  const made = await Promise.all(
    Array.from({ length: tasks }, (_, n) => byHand.task(`bench-${round}-${n}`, `172.31.47.${100 + n}`)),
  )
  const rate = tasks / ((performance.now() - began) / 1000)
  await Promise.all(made.map((ids) => byHand.remove(ids)))
  await pause(3000)
  return rate
}
