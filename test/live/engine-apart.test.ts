// The shape of Docker Desktop: an engine in a network of its own, of which the user's programs reach nothing but its
// socket. Here the user's programs are in another network namespace than the engine's, and nobody is root.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { connect } from "node:net"
import { join } from "node:path"
import { after, test } from "node:test"
import { delay } from "../../src/kernel/index.ts"
import { inside, makeNamespace, openRecord, recordPath } from "../../src/machines/index.ts"
import { forward } from "../../src/machines/relay/forwarder.ts"
import { askFor200, balancerUser, eventually } from "../support/live-balancers.ts"
import { addressOf, engineWithImage, fargateUser, idOf, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { ordinaryUser } from "../support/ordinary-user.ts"
import { realClock } from "../support/real-clock.ts"
import { startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const someone = ordinaryUser(engine, 61_103)

// Removed with everything else of the test, because it is in a record below the test's folder.
const elsewhere = `${engine.namespace}-user`
await makeNamespace(openRecord(recordPath(join(engine.folder, "elsewhere"))), elsewhere)
const asUser = (...command: string[]): [string, ...string[]] => {
  const drop = [`--reuid=${someone.as.uid}`, `--regid=${someone.as.gid}`, "--clear-groups", "--inh-caps=-all"]
  const [program, args] = inside(elsewhere, "setpriv", [...drop, ...command])
  return [program, ...args]
}

const port = 4573
const roadstead = await startUp(["--port", String(port), "--data", join(someone.home, "data"), "--ephemeral"], {
  terminal: asUser(process.execPath, join(import.meta.dirname, "../../src/main/cli.ts"), "up"),
  cwd: someone.home,
  env: someone.env,
})

// The test itself runs in the engine's network: it asks the APIs over a socket that leads into the user's.
const door = join(someone.home, "door.sock")
const doorProgram = `require("node:net").createServer((c) => { const to = require("node:net").connect(${port}, "127.0.0.1"); c.pipe(to).pipe(c); for (const s of [c, to]) s.on("error", () => { c.destroy(); to.destroy() }) }).listen(${JSON.stringify(door)}, () => console.log("open"))`
const [program, ...args] = asUser(process.execPath, "-e", doorProgram)
const doorkeeper = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] })
await new Promise((resolve) => doorkeeper.stdout.once("data", resolve))
const apis = await forward({
  address: "127.0.0.1",
  port: 0,
  connect: () => connect({ path: door, allowHalfOpen: true }),
})
const user = fargateUser(`http://127.0.0.1:${apis.port}`)
await user.createCluster()
after(async () => {
  user.close()
  await apis.close()
  doorkeeper.kill()
  await roadstead.stop()
  docker.close()
  someone.remove()
})

const get = async (url: string): Promise<string> => {
  const end = realClock.now() + 60_000
  for (;;) {
    try {
      return await (await fetch(url)).text()
    } catch (thrown) {
      if (realClock.now() > end) throw thrown
      await delay(realClock, 100)
    }
  }
}

test("a task runs with metadata, logs and the APIs, and is reached at the port where networkBindings says", async () => {
  assert.match(
    roadstead.printed.join("\n"),
    /in a helper container on the engine, in a network apart from this machine's/,
  )
  await user.createLogGroup("/live/apart")
  const logConfiguration = {
    logDriver: "awslogs" as const,
    options: { "awslogs-group": "/live/apart", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" },
  }
  const uri = "$ECS_CONTAINER_METADATA_URI_V4"
  const line = `mkdir -p /www; echo started; wget -q -O /www/task ${uri}/task; echo "$AWS_ENDPOINT_URL" > /www/url; wget -q -O /www/health "$AWS_ENDPOINT_URL/_roadstead/health"; exec httpd -f -p 8080 -h /www`
  const arn = await user.start([
    shell("main", line, { stopTimeout: 2, portMappings: [{ containerPort: 8080 }], logConfiguration }),
  ])
  const task = await user.running(arn)
  const [binding] = task.containers?.[0]?.networkBindings ?? []
  assert.deepEqual([binding?.bindIP, binding?.containerPort, binding?.hostPort], ["127.0.0.1", 8080, 8080])

  // Docker Desktop carries a published port to the user's machine; here we are where the engine is.
  const base = `http://127.0.0.1:${binding?.hostPort}`
  assert.equal((JSON.parse(await get(`${base}/task`)) as { TaskARN: string }).TaskARN, arn)
  assert.match(await get(`${base}/url`), new RegExp(`^http://172\\.31\\.0\\.1:${port}\n$`))
  assert.equal((JSON.parse(await get(`${base}/health`)) as { engine: string }).engine, "docker")
  const end = realClock.now() + 60_000
  for (;;) {
    const lines = await user.lines("/live/apart", `p/main/${idOf(arn)}`).catch(() => [])
    if (lines.length > 0) {
      assert.deepEqual(lines, ["started"])
      break
    }
    assert.ok(realClock.now() < end, "the log arrives")
    await delay(realClock, 100)
  }
  assert.match(addressOf(task), /^172\.31\./)
  await user.stop(arn)
  assert.equal((await user.stopped(arn)).stopCode, "UserInitiated")
})

test("a load balancer is reached by name on the user's loopback and through the port of the APIs", async () => {
  const balancers = balancerUser(`http://127.0.0.1:${apis.port}`, user.ec2)
  const serve = "mkdir -p /www; echo behind > /www/index.html; exec httpd -f -p 8080 -h /www"
  const arn = await user.start([shell("main", serve, { stopTimeout: 2 })])
  const group = await balancers.group("behind", 8080, [addressOf(await user.running(arn))])
  const { arn: balancer, name } = await balancers.balancer("behind")
  await balancers.listener(balancer, 8088, group)
  await balancers.healthy(group)
  const byHost = await eventually("the port of the APIs answers", () => askFor200("127.0.0.1", apis.port, name))
  assert.equal(byHost.body, "behind\n")
  const asked = `require("node:http").get({ host: "127.0.0.1", port: 8088, headers: { host: ${JSON.stringify(name)} } }, (answer) => answer.pipe(process.stdout)).on("error", () => process.exit(1))`
  const onLoopback = await eventually("the user's loopback answers", async () => {
    const [command, ...words] = asUser(process.execPath, "-e", asked)
    const child = spawn(command, words, { stdio: ["ignore", "pipe", "ignore"] })
    let printed = ""
    for await (const chunk of child.stdout) printed += chunk
    return printed === "" ? undefined : printed
  })
  assert.equal(onLoopback, "behind\n")
  balancers.close()
  await user.stop(arn)
})

test("nobody in the VPC acts through the gateway with a key that Roadstead did not make", async () => {
  const arn = await user.start([shell("main", "trap 'exit 0' TERM; while true; do sleep 0.1; done")])
  await user.running(arn)
  const answer = await fetch(`http://172.31.0.1:${port}/`, {
    method: "POST",
    headers: {
      authorization:
        "AWS4-HMAC-SHA256 Credential=000000000000/20240101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=00",
      "x-amz-target": "AmazonEC2ContainerServiceV20141113.ListClusters",
      "content-type": "application/x-amz-json-1.1",
    },
    body: "{}",
  })
  assert.ok(answer.status >= 400, String(answer.status))
  await user.stop(arn)
  await user.stopped(arn)
})
