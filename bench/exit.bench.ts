// Bar 3: from the end of a container to the control plane having acted on it. Beside it, at the same exits, how long
// Docker's own stream of events takes to say so to a client that does nothing else. `stoppingAt` is when the record of the
// exit was durable and the agent was sent what follows from it; in a service, `createdAt` of the replacement is.
import { readFileSync } from "node:fs"
import { constants } from "node:os"
import { setTimeout as pause } from "node:timers/promises"
import {
  CreateServiceCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs"
import { type Docker, readLines } from "../src/docker/index.ts"
import { withEngine } from "../test/support/namespace.ts"
import { type Fargate, onFargate, withFargate } from "./support/fargate.ts"
import { type Measure, median, report } from "./support/measure.ts"

const rounds = 15
/** Milliseconds after which a process is told to end once more. */
const patience = 2_000
const engine = await withEngine(import.meta.filename)

/** Milliseconds since the epoch, finer than Date.now. */
const now = () => performance.timeOrigin + performance.now()

await report(() =>
  withFargate(engine, ["sh", "-c", "trap 'exit 3' TERM; sleep 600 & wait"], async (fargate) => {
    const events = await watchEnds(fargate.docker)
    try {
      return await measure(fargate, events)
    } finally {
      events.close()
    }
  }),
)

async function measure({ docker, ecs, subnets }: Fargate, events: Ends): Promise<readonly Measure[]> {
  const of = onFargate(subnets[0]?.id ?? "")
  const name = "Docker's event at a client, of the same exits"

  const alone = { said: [] as number[], acted: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    const { tasks: [task] = [] } = await ecs.send(new RunTaskCommand(of))
    const running = await until(ecs, task?.taskArn ?? "", "RUNNING")
    const { killed, said } = await endOf(docker, events, running)
    const { stoppingAt, containers } = await until(ecs, running.taskArn ?? "", "STOPPED")
    if (containers?.[0]?.exitCode !== 3) throw new Error(`the exit of a process is not as it was: ${running.taskArn}`)
    alone.said.push(said)
    // Both clocks are this machine's.
    alone.acted.push(Number(stoppingAt) - killed)
  }

  const replaced = { said: [] as number[], made: [] as number[] }
  await ecs.send(new CreateServiceCommand({ ...of, serviceName: "bench", desiredCount: 1 }))
  let running = await nextOf(ecs, "bench", undefined)
  for (let round = 0; round < rounds; round++) {
    const { killed, said } = await endOf(docker, events, running)
    running = await nextOf(ecs, "bench", running)
    replaced.said.push(said)
    replaced.made.push(Number(running.createdAt) - killed)
  }
  return [
    {
      name: "container exit to the control plane's next message",
      value: median(alone.acted),
      unit: "ms",
      floor: { name, value: median(alone.said) },
    },
    {
      name: "container exit to the replacement in its service",
      value: median(replaced.made),
      unit: "ms",
      floor: { name, value: median(replaced.said) },
    },
  ]
}

/** Ends the process of a task's container; answers when, and how many milliseconds later Docker's event was here. */
async function endOf(docker: Docker, events: Ends, task: Task): Promise<{ killed: number; said: number }> {
  const id = task.containers?.[0]?.runtimeId ?? ""
  const { body } = await docker.request<{ State: { Pid: number } }>("GET", `/containers/${id}/json`)
  await trapsTerm(body.State.Pid)
  const heard = events.endOf(id)
  for (;;) {
    const killed = now()
    // The process ends by itself, as one that fails: no request to the engine is in the way.
    process.kill(body.State.Pid, "SIGTERM")
    // A shell that gets it just before it waits sleeps on; it is told again, and only that counts.
    const ended = await Promise.race([heard, pause(patience, undefined)])
    if (ended !== undefined) return { killed, said: ended - killed }
  }
}

/** Waits until the process has its handler: a first process of a container does not get a signal for which it has none. */
async function trapsTerm(pid: number): Promise<void> {
  for (;;) {
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0"
    if ((BigInt(`0x${caught}`) >> BigInt(constants.signals.SIGTERM - 1)) & 1n) return
    await pause(20)
  }
}

type Ends = Awaited<ReturnType<typeof watchEnds>>

/** Follows the engine's events; answers when a container is said to have ended. */
async function watchEnds(docker: Docker) {
  const stopped = new AbortController()
  const query = { filters: JSON.stringify({ type: ["container"], event: ["die"] }) }
  const stream = await docker.stream("GET", "/events", { query, signal: stopped.signal })
  const waiting = new Map<string, (at: number) => void>()
  const follow = async () => {
    for await (const line of readLines(stream)) waiting.get((line as { Actor: { ID: string } }).Actor.ID)?.(now())
  }
  follow().catch((thrown: unknown) => {
    if (!stopped.signal.aborted) throw thrown
  })
  return {
    endOf: (id: string) => new Promise<number>((resolve) => waiting.set(id, resolve)),
    close: () => stopped.abort(),
  }
}

/** The task of a service with one task that runs after `before`. */
async function nextOf(ecs: ECSClient, serviceName: string, before: Task | undefined): Promise<Task> {
  for (;;) {
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ serviceName }))
    const arn = taskArns.find((one) => one !== before?.taskArn)
    if (arn !== undefined) return until(ecs, arn, "RUNNING")
    await pause(200)
  }
}

/** Asks now and then: what is measured are times in the records, and asking all the while would take the processor away. */
async function until(ecs: ECSClient, arn: string, status: string): Promise<Task> {
  for (;;) {
    const { tasks: [seen] = [] } = await ecs.send(new DescribeTasksCommand({ tasks: [arn] }))
    if (seen?.lastStatus === status) return seen
    if (seen?.lastStatus === "STOPPED") throw new Error(`the task stopped: ${seen.stoppedReason}`)
    await pause(200)
  }
}
