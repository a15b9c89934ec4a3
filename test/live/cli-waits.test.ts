// The waiters of the unchanged AWS CLI, against tasks of the simulated engine: each comes to its end when what it waits for is
// true, and not before, and says that it failed when it cannot come true.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { after, before, test } from "node:test"
import { startUp } from "../support/up.ts"

const roadstead = await startUp(["--port", "0", "--ephemeral", "--engine", "simulated", "--log-format", "json"])
after(() => roadstead.stop())

interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** `aws ecs <args>`. */
const aws = (...args: string[]): Promise<Said> =>
  new Promise((resolve) => {
    const env = {
      PATH: "/usr/bin:/bin",
      AWS_ACCESS_KEY_ID: "000000000000",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
    }
    const options = ["--endpoint-url", roadstead.endpoint, "--output", "json", "ecs", ...args]
    execFile("/usr/bin/aws", options, { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
const ok = async (...args: string[]) => {
  const { code, stdout, stderr } = await aws(...args)
  assert.equal(code, 0, `aws ecs ${args.join(" ")}: ${stderr}`)
  return (stdout === "" ? {} : JSON.parse(stdout)) as Record<string, never>
}
const service = async (name: string) => {
  const { services } = (await ok("describe-services", "--services", name)) as { services?: Record<string, unknown>[] }
  return services?.[0] ?? {}
}
const task = async (arn: string) => {
  const { tasks } = (await ok("describe-tasks", "--tasks", arn)) as { tasks?: Record<string, unknown>[] }
  return tasks?.[0] ?? {}
}

before(async () => {
  await ok("create-cluster")
  await ok(
    ...["register-task-definition", "--family", "web", "--network-mode", "awsvpc", "--cpu", "256", "--memory", "512"],
    ...["--requires-compatibilities", "FARGATE"],
    ...["--container-definitions", JSON.stringify([{ name: "app", image: "app:1" }])],
  )
})

/** A subnet of the default VPC, of which every account has one. */
const network = async (): Promise<string> => {
  const described = await new Promise<string>((resolve, reject) => {
    const options = ["--endpoint-url", roadstead.endpoint, "--output", "text", "ec2", "describe-subnets"]
    const env = { PATH: "/usr/bin:/bin", AWS_ACCESS_KEY_ID: "000000000000", AWS_SECRET_ACCESS_KEY: "test" }
    execFile(
      "/usr/bin/aws",
      [...options, "--query", "Subnets[0].SubnetId"],
      { env: { ...env, AWS_DEFAULT_REGION: "us-east-1" } },
      (error, stdout) => (error ? reject(error) : resolve(stdout.trim())),
    )
  })
  return JSON.stringify({ awsvpcConfiguration: { subnets: [described] } })
}

const servicesTest = async () => {
  await ok(
    ...["create-service", "--service-name", "web", "--task-definition", "web", "--desired-count", "2"],
    ...["--launch-type", "FARGATE", "--network-configuration", await network()],
  )
  await ok("wait", "services-stable", "--services", "web")
  const stable = await service("web")
  assert.deepEqual([stable.runningCount, stable.desiredCount, (stable.deployments as []).length], [2, 2, 1])
  await ok("delete-service", "--service", "web", "--force")
  await ok("wait", "services-inactive", "--services", "web")
  assert.equal((await service("web")).status, "INACTIVE")
  const gone = await aws("wait", "services-stable", "--services", "web")
  assert.equal(gone.code, 255, gone.stderr)
  assert.match(gone.stderr, /Waiter ServicesStable failed/)
}

const tasksTest = async () => {
  const { tasks } = (await ok(
    ...["run-task", "--task-definition", "web", "--launch-type", "FARGATE"],
    ...["--network-configuration", await network()],
  )) as { tasks?: { taskArn: string }[] }
  const arn = tasks?.[0]?.taskArn ?? ""
  await ok("wait", "tasks-running", "--tasks", arn)
  assert.equal((await task(arn)).lastStatus, "RUNNING")
  await ok("stop-task", "--task", arn)
  await ok("wait", "tasks-stopped", "--tasks", arn)
  assert.equal((await task(arn)).lastStatus, "STOPPED")
  const over = await aws("wait", "tasks-running", "--tasks", arn)
  assert.equal(over.code, 255, over.stderr)
  assert.match(over.stderr, /Waiter TasksRunning failed/)
}

// They wait for most of their time, 6 or 15 seconds between two looks.
test("services-stable, services-inactive, tasks-running and tasks-stopped end when it is so", async () => {
  await Promise.all([servicesTest(), tasksTest()])
})
