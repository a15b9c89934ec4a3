// The first session of the README, run as it would be pasted: its `sh` blocks, in one shell, against a live `up` on port
// 4566. What the blocks print is checked, so that the page cannot promise what does not come.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { DescribeTasksCommand, ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs"
import type { RunningRoadstead } from "./up.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Less than what the runner gives a test, so that a line that hangs is named. */
const patience = 120_000

/** Runs the session in the checkout and checks what it printed. `as` is another user than the test's. */
export const runReadmeSession = async (
  roadstead: RunningRoadstead,
  options: { home: string; as?: { readonly uid: number; readonly gid: number } },
): Promise<void> => {
  const readme = readFileSync(join(root, "README.md"), "utf8")
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? "")
  assert.ok(blocks.length >= 6, "the README has its session in ```sh blocks")

  // Version 2 of the CLI, as Debian has it: version 1 may come first on a developer's PATH and has no `logs tail`.
  const env = { PATH: `/usr/bin:${process.env.PATH}`, HOME: options.home, LANG: "C.UTF-8" }
  const shell = ["--norc", "-e", "-u", "-x", "-o", "pipefail", "-c", blocks.join("\n")]
  const session = await new Promise<{ failed: boolean; stdout: string; stderr: string }>((resolve) => {
    execFile("bash", shell, { cwd: root, env, timeout: patience, ...options.as }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, stdout, stderr }),
    )
  })
  const said = [session.stdout, session.stderr, ...roadstead.printed.slice(-50), await tasksNow(roadstead)].join("\n")
  assert.equal(session.failed, false, said)
  assert.match(session.stdout, /hello from a real container/, said)
  assert.match(session.stdout, /"TaskARN":\s*"arn:aws:ecs:us-east-1:000000000000:task\/demo\/[0-9a-f]{32}"/, said)
  assert.match(session.stdout, /hello\/web\/[0-9a-f]{32} .*serving/, said)
  assert.match(session.stdout, /"status": "STOPPED"/, said)
  assert.match(session.stdout, /"code": "UserInitiated"/, said)
  assert.match(session.stdout, /"why": "enough for today"/, said)
  // Once from the task itself, and once through the load balancer.
  assert.equal([...session.stdout.matchAll(/hello from a real container/g)].length, 2, said)
  assert.match(session.stdout, /registered \d targets in \(target-group arn:aws:elasticloadbalancing:/, said)
}

/** What a failure is explained with: the tasks that there are, running or stopped. */
const tasksNow = async (roadstead: RunningRoadstead): Promise<string> => {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" }
  const ecs = new ECSClient({ endpoint: roadstead.endpoint, region: "us-east-1", credentials })
  const lists = (["RUNNING", "STOPPED"] as const).map((desiredStatus) =>
    ecs.send(new ListTasksCommand({ cluster: "demo", desiredStatus })),
  )
  const tasks = (await Promise.all(lists)).flatMap((list) => list.taskArns ?? [])
  const described = tasks.length === 0 ? [] : await ecs.send(new DescribeTasksCommand({ cluster: "demo", tasks }))
  ecs.destroy()
  return JSON.stringify(described, undefined, 2)
}
