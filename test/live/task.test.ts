// Tasks on real containers: what a user sees of them through the API, from inside, and at their addresses.
import assert from "node:assert/strict"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import type { Task } from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { addressOf, engineWithImage, fargateUser, idOf, image, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { pageOf } from "../support/page.ts"
import { realClock } from "../support/real-clock.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
let roadstead: RunningRoadstead
let user: ReturnType<typeof fargateUser>

before(async () => {
  roadstead = await startUp([
    ...["--port", "0", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
    ...["--log-format", "json"],
  ])
  user = fargateUser(roadstead.endpoint)
  await user.createCluster()
})
after(async () => {
  user?.close()
  await roadstead?.stop()
  docker.close()
})

/** busybox's httpd ignores SIGTERM as the first process of a container. */
const quick = { stopTimeout: 2 }
const serve = (page: string) => `mkdir -p /www && echo ${page} > /www/index.html && exec httpd -f -p 8080 -h /www`
const get = pageOf

describe("a Fargate task", () => {
  test("runs its app once the sidecar is healthy, at the address of its network interface, with metadata and logs", async () => {
    await user.createLogGroup("/live/app")
    const awslogs = { "awslogs-group": "/live/app", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "live" }
    const arn = await user.start([
      shell("sidecar", "echo sidecar; sleep 1; touch /tmp/healthy; sleep 1000", {
        ...quick,
        healthCheck: { command: ["CMD-SHELL", "test -f /tmp/healthy"], interval: 5, timeout: 2, retries: 5 },
      }),
      shell(
        "app",
        `mkdir -p /www; echo started; wget -q -O /www/task "$ECS_CONTAINER_METADATA_URI_V4/task"; (until wget -q -O /www/s "$ECS_CONTAINER_METADATA_URI_V4/stats" 2>/dev/null; do sleep 0.2; done; mv /www/s /www/stats) & env > /www/env; exec httpd -f -p 8080 -h /www`,
        {
          dependsOn: [{ containerName: "sidecar", condition: "HEALTHY" }],
          logConfiguration: { logDriver: "awslogs", options: awslogs },
          environment: [{ name: "GREETING", value: "hello" }],
          ...quick,
        },
      ),
    ])
    const task = await user.running(arn)
    assert.deepEqual(
      task.containers?.map((c) => [c.name, c.lastStatus]),
      [
        ["sidecar", "RUNNING"],
        ["app", "RUNNING"],
      ],
    )
    assert.equal(task.containers?.[0]?.healthStatus, "HEALTHY")
    const times = [task.createdAt, task.pullStartedAt, task.pullStoppedAt, task.startedAt]
    assert.ok(times.every((t) => t instanceof Date))
    const base = `http://${addressOf(task)}:8080`
    const metadata = JSON.parse(await get(`${base}/task`)) as {
      TaskARN: string
      Containers: { Name: string }[]
      LaunchType: string
    }
    assert.equal(metadata.TaskARN, arn)
    assert.equal(metadata.LaunchType, "FARGATE")
    assert.deepEqual(metadata.Containers.map((c) => c.Name).toSorted(), ["app", "sidecar"])
    assert.ok((JSON.parse(await get(`${base}/stats`)) as { memory_stats: object }).memory_stats)
    const env = await get(`${base}/env`)
    for (const line of ["GREETING=hello", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE", "AWS_REGION=us-east-1"]) {
      assert.ok(env.split("\n").includes(line), `${line} in ${env}`)
    }
    assert.deepEqual(await user.lines("/live/app", `live/app/${idOf(arn)}`), ["started"])
    await user.stop(arn, "enough")
    const stopped = await user.stopped(arn)
    assert.deepEqual([stopped.stopCode, stopped.stoppedReason], ["UserInitiated", "enough"])
  })

  test("has the limits of its size: memory and processor for all containers together", async () => {
    const arn = await user.start([shell("main", "x=a; while true; do x=$x$x; done", { memory: 64 })])
    const task = await user.stopped(arn)
    assert.equal(task.stoppedReason, "Essential container in task exited")
    assert.equal(task.containers?.[0]?.exitCode, 137)
    assert.match(task.containers?.[0]?.reason ?? "", /^OutOfMemoryError: Container killed due to memory usage/)
  })

  test("reports the exit code of a container that exits at once, and its last lines are there before it is STOPPED", async () => {
    await user.createLogGroup("/live/short")
    const awslogs = { "awslogs-group": "/live/short", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" }
    const arn = await user.start([
      shell("main", "echo first; echo last; exit 7", { logConfiguration: { logDriver: "awslogs", options: awslogs } }),
    ])
    const task = await user.stopped(arn)
    const lines = await user.lines("/live/short", `p/main/${idOf(arn)}`)
    assert.deepEqual([task.stopCode, task.containers?.[0]?.exitCode], ["EssentialContainerExited", 7])
    assert.deepEqual(lines, ["first", "last"])
  })

  test("whose image does not exist stops with CannotPullContainerError", async () => {
    const arn = await user.start([shell("main", "true", { image: "127.0.0.1:9/nothing:here" })])
    const task = await user.stopped(arn)
    assert.equal(task.stopCode, "TaskFailedToStart")
    assert.match(task.stoppedReason ?? "", /^CannotPullContainerError: /)
    assert.ok(task.pullStartedAt && task.pullStoppedAt)
    assert.equal(task.containers?.[0]?.exitCode, undefined)
  })

  test("whose program does not exist stops with CannotStartContainerError", async () => {
    const arn = await user.start([{ name: "main", image, entryPoint: ["/no/such/program"] }])
    const task = await user.stopped(arn)
    assert.equal(task.stopCode, "TaskFailedToStart")
    assert.match(task.stoppedReason ?? "", /^CannotStartContainerError: /)
  })

  test("whose log group is missing fails to start, as on AWS", async () => {
    const awslogs = { "awslogs-group": "/not/there", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" }
    const arn = await user.start([
      shell("main", "sleep 9", { logConfiguration: { logDriver: "awslogs", options: awslogs } }),
    ])
    const task = await user.stopped(arn)
    assert.equal(task.stopCode, "TaskFailedToStart")
    assert.match(task.stoppedReason ?? "", /^ResourceInitializationError: .*The specified log group does not exist/)
  })

  test("stops its containers in the reverse order of their dependencies", async () => {
    await user.createLogGroup("/live/order")
    const awslogs = { "awslogs-group": "/live/order", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "o" }
    const trap = (name: string) =>
      `trap 'echo ${name} ends at $(cat /proc/uptime); exit 0' TERM; echo up; while true; do sleep 0.1; done`
    const arn = await user.start([
      shell("first", trap("first"), { logConfiguration: { logDriver: "awslogs", options: awslogs } }),
      shell("second", trap("second"), {
        dependsOn: [{ containerName: "first", condition: "START" }],
        logConfiguration: { logDriver: "awslogs", options: awslogs },
      }),
    ])
    await user.running(arn)
    await user.stop(arn)
    const task = await user.stopped(arn)
    assert.deepEqual(
      task.containers?.map((c) => c.exitCode),
      [0, 0],
    )
    const endOf = async (name: string) => {
      const line = (await user.lines("/live/order", `o/${name}/${idOf(arn)}`)).find((l) => l.includes("ends at"))
      return Number(line?.split(" ").at(3))
    }
    const [first, second] = [await endOf("first"), await endOf("second")]
    assert.ok(first > 0 && second > 0 && second < first, `${second} before ${first}`)
  })

  test("kills a container that ignores SIGTERM after its stopTimeout", async () => {
    const arn = await user.start([shell("main", "trap '' TERM; while true; do sleep 0.1; done", { stopTimeout: 2 })])
    await user.running(arn)
    await user.stop(arn)
    const task = await user.stopped(arn)
    assert.equal(task.containers?.[0]?.exitCode, 137)
    const took = (task.executionStoppedAt?.getTime() ?? 0) - (task.stoppingAt?.getTime() ?? 0)
    assert.ok(took >= 1500 && took < 28_000, `it took ${took} ms`)
  })

  test("cannot read the metadata of another task", async () => {
    const [victim, thief] = [
      await user.start([shell("main", serve("$ECS_CONTAINER_METADATA_URI_V4"), quick)]),
      await user.start([shell("main", serve("thief"), quick)]),
    ]
    const uri = (await get(`http://${addressOf(await user.running(victim))}:8080/`)).trim()
    assert.match(uri, /^http:\/\/169\.254\.170\.2\/v4\//)
    const exec = async (task: Task, line: string) => {
      const id = task.containers?.[0]?.runtimeId ?? ""
      const { body } = await docker.request("POST", `/containers/${id}/exec`, {
        body: { AttachStdout: true, AttachStderr: true, Cmd: ["/bin/sh", "-c", line] },
      })
      const started = await docker.request("POST", `/exec/${(body as { Id: string }).Id}/start`, {
        body: { Detach: false, Tty: true },
      })
      return JSON.stringify(started.body)
    }
    const ask = `wget -O - ${uri}/task 2>&1`
    assert.match(await exec(await user.running(victim), ask), /TaskARN/)
    assert.match(await exec(await user.running(thief), ask), /404 Not Found/)
    for (const arn of [victim, thief]) await user.stop(arn)
    for (const arn of [victim, thief]) await user.stopped(arn)
  })

  test("reaches the APIs at AWS_ENDPOINT_URL, and is nobody there", async () => {
    const arn = await user.start([
      shell(
        "main",
        `mkdir -p /www; echo "$AWS_ENDPOINT_URL" > /www/url; wget -q -O /dev/null "$AWS_ENDPOINT_URL/_roadstead/health" && echo yes > /www/health; exec httpd -f -p 8080 -h /www`,
        quick,
      ),
    ])
    const task = await user.running(arn)
    const base = `http://${addressOf(task)}:8080`
    const url = (await get(`${base}/url`)).trim()
    assert.match(url, /^http:\/\/172\.31\.0\.1:\d+$/)
    assert.equal((await get(`${base}/health`)).trim(), "yes")
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        authorization:
          "AWS4-HMAC-SHA256 Credential=000000000000/20240101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=00",
        "x-amz-target": "AmazonEC2ContainerServiceV20141113.ListClusters",
        "content-type": "application/x-amz-json-1.1",
      },
      body: "{}",
    })
    assert.ok(answer.status >= 400, "a key that Roadstead did not make is refused on a VPC's gateway")
    await user.stop(arn)
    await user.stopped(arn)
  })
})

test("nothing of stopped tasks is left in the engine", async () => {
  // Containers are removed after their task was reported, which is not waited for.
  const end = realClock.now() + 60_000
  for (;;) {
    const { body } = await docker.request<{ Names: string[] }[]>("GET", "/containers/json", { query: { all: true } })
    if (body.length === 0) return
    assert.ok(realClock.now() < end, `left: ${body.flatMap((c) => c.Names).join(" ")}`)
    await delay(realClock, 100)
  }
})
