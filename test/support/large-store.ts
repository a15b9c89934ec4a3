// A data folder with many running tasks, made in seconds: one task is really run on the simulated engine, and its record
// is copied into the journal under other ids. So the records are always those that this version of the program writes.
import { mkdtempSync } from "node:fs"
import { join } from "node:path"
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2"
import {
  CreateClusterCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  waitUntilTasksRunning,
} from "@aws-sdk/client-ecs"
import { type StoredRow, sqliteJournal } from "../../src/state/index.ts"
import { startUp } from "./up.ts"

/** Where the records are in a data folder. */
export const recordsOf = (data: string): string => join(data, "state.sqlite")

/** A new folder on a disk: /tmp may be memory. */
export const newFolder = (): string => mkdtempSync("/var/tmp/roadstead-large-")

const rowsPerBatch = 5000

/** Makes `data` the folder of a Roadstead that runs `count` tasks of one container; answers their ARNs. */
export const makeLargeStore = async (data: string, count: number): Promise<readonly string[]> => {
  await runOneTask(data)
  const journal = sqliteJournal({ file: recordsOf(data) })
  const { epoch, position } = await journal.open()
  const models = new Map<string, StoredRow>()
  for await (const rows of journal.load()) for (const row of rows) models.set(row.table, row)
  const model = models.get("tasks")
  if (!model) throw new Error("the task that was to be copied is not in the records")
  const { id, attachments } = JSON.parse(model.json) as { id: string; attachments: { id: string }[] }
  const arns = [model.key]
  let at = position
  while (arns.length < count) {
    const puts: StoredRow[] = []
    while (puts.length < rowsPerBatch && arns.length < count) {
      const n = arns.length
      const copyOf = (text: string) =>
        attachments.reduce(
          (copied, { id: old }) => copied.replaceAll(old, `${old.slice(0, 24)}${n.toString(16).padStart(12, "0")}`),
          // Ids of tasks are random: those that were made one after the other are not neighbours.
          text.replaceAll(id, `${((n * 2654435761) % 2 ** 32).toString(16).padStart(8, "0")}${id.slice(8)}`),
        )
      puts.push({ ...model, key: copyOf(model.key), json: copyOf(model.json) })
      arns.push(copyOf(model.key))
    }
    const appended = await journal.append({ epoch, position: ++at, puts, deletes: [] })
    if (appended.outcome !== "durable") throw new Error(`the records were not kept: ${appended.outcome}`)
  }
  await journal.close()
  return arns
}

const runOneTask = async (data: string): Promise<void> => {
  const roadstead = await startUp(["--engine", "simulated", "--port", "0", "--data", data, "--log-level", "warn"])
  const client = {
    endpoint: roadstead.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  }
  const ecs = new ECSClient(client)
  const ec2 = new EC2Client(client)
  try {
    await ecs.send(new CreateClusterCommand({}))
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "bench",
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        containerDefinitions: [{ name: "app", image: "bench" }],
      }),
    )
    const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}))
    const { tasks: [task] = [] } = await ecs.send(
      new RunTaskCommand({
        taskDefinition: "bench",
        launchType: "FARGATE",
        networkConfiguration: { awsvpcConfiguration: { subnets: [subnet?.SubnetId ?? ""] } },
      }),
    )
    const asked = { client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }
    await waitUntilTasksRunning(asked, { tasks: [task?.taskArn ?? ""] })
  } finally {
    ecs.destroy()
    ec2.destroy()
    await roadstead.stop()
  }
}
