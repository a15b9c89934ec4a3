// Roadstead as an ordinary user in the engine's group: no root, no capability, the agent in a helper container. The
// README's session runs as pasted, and this form keeps what it says in docs/platforms.md.
import assert from "node:assert/strict"
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { after, before, describe, test } from "node:test"
import { delay } from "../../src/kernel/index.ts"
import { addressesOf, askFor200, balancerUser, eventually } from "../support/live-balancers.ts"
import { addressOf, engineWithImage, fargateUser, idOf, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { ordinaryUser, runAs } from "../support/ordinary-user.ts"
import { namesOfOurs } from "../support/ours.ts"
import { runReadmeSession } from "../support/readme-session.ts"
import { realClock } from "../support/real-clock.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const root = join(import.meta.dirname, "../..")
const someone = ordinaryUser(engine, 61_101)
const other = ordinaryUser(engine, 61_102)
after(() => {
  docker.close()
  someone.remove()
  other.remove()
})

/** The control group of all of its tasks. */
let group = ""

const cli = join(root, "src/main/cli.ts")
const up = (who = someone, ...more: string[]): Promise<RunningRoadstead> =>
  startUp(["--port", "4571", "--data", join(who.home, "data"), ...more], {
    as: who.as,
    cwd: who.home,
    env: who.env,
  })

const ours = () => namesOfOurs(docker)

/** Asks until what it answers is as wished; a failure is asked again too. */
const until = async <T>(ask: () => Promise<T>, wished: (answer: T) => boolean): Promise<T> => {
  const end = realClock.now() + 60_000
  for (;;) {
    const answer = await ask().catch((thrown: unknown) => {
      if (realClock.now() > end) throw thrown
      return undefined
    })
    if (answer !== undefined && wished(answer)) return answer
    assert.ok(realClock.now() < end, `it did not come about: ${JSON.stringify(answer)}`)
    await delay(realClock, 100)
  }
}

/** RUNNING says that the process runs, not yet that it listens. */
const get = (url: string): Promise<string> =>
  until(
    async () => (await fetch(url)).text(),
    () => true,
  )

test("`npm start` and the README's session run for an ordinary user, and `down --purge` leaves nothing", async () => {
  const roadstead = await startUp([], {
    terminal: ["npm", "start", "--silent"],
    as: someone.as,
    cwd: root,
    env: { ...someone.env, ROADSTEAD_DATA: join(someone.home, "session") },
  })
  await runReadmeSession(roadstead, { home: someone.home, as: someone.as })
  await roadstead.stop()
  const down = await runAs(someone, [process.execPath, join(root, "scripts/run.mjs"), "down", "--purge"], {
    ROADSTEAD_DATA: join(someone.home, "session"),
  })
  assert.equal(down.code, 0, down.printed)
  assert.match(down.printed, /^Removed \d+ containers, 2 networks and 0 hosts of .*, and the data\.$/m)
  assert.deepEqual(await ours(), [])
  assert.ok(!existsSync(join(someone.home, "session")))
})

describe("while a Roadstead of an ordinary user runs", () => {
  let roadstead: RunningRoadstead
  const user = fargateUser("http://127.0.0.1:4571")
  before(async () => {
    roadstead = await up()
    await user.createCluster()
  })
  after(async () => {
    user.close()
    await roadstead.stop()
  })

  const quick = { stopTimeout: 2, portMappings: [{ containerPort: 8080 }] }
  const sleeper = "trap 'exit 0' TERM; while true; do sleep 0.1; done"
  const serve = (what: string) => `mkdir -p /www; ${what}; exec httpd -f -p 8080 -h /www`

  test("none of its processes on this machine has a capability or another user", () => {
    const status = readFileSync(`/proc/${roadstead.process.pid}/status`, "utf8")
    assert.match(status, new RegExp(`^Uid:\\s+${someone.uid}\\s+${someone.uid}\\s+${someone.uid}\\s`, "m"))
    assert.match(status, /^CapEff:\s+0+$/m)
    assert.match(status, /^CapPrm:\s+0+$/m)
  })

  test("two tasks with one port both run, answer at their own address and where networkBindings says", async () => {
    const containers = [shell("main", serve("echo $HOSTNAME > /www/name"), quick)]
    const arns = await user.run(await user.register(containers), 2)
    const tasks = await Promise.all(arns.map(user.running))
    const bindings = tasks.flatMap((task) => task.containers?.flatMap((c) => c.networkBindings ?? []) ?? [])
    assert.deepEqual(
      bindings.map(({ bindIP, containerPort, protocol }) => [bindIP, containerPort, protocol]),
      [
        ["127.0.0.1", 8080, "tcp"],
        ["127.0.0.1", 8080, "tcp"],
      ],
    )
    const [first, second] = bindings.map((binding) => binding.hostPort)
    assert.ok([first, second].includes(8080), "the port itself where it is free")
    assert.notEqual(first, second)
    const names = await Promise.all(
      tasks.map(async (task, i) => {
        const atAddress = await get(`http://${addressOf(task)}:8080/name`)
        assert.equal(await get(`http://127.0.0.1:${bindings[i]?.hostPort}/name`), atAddress)
        return atAddress
      }),
    )
    assert.notEqual(names[0], names[1])
    for (const arn of arns) await user.stop(arn)
    await Promise.all(arns.map(user.stopped))
  })

  test("a task reads its own metadata and its log arrives; another task's metadata and address stay closed to it", async () => {
    await user.createLogGroup("/live/no-root")
    const logConfiguration = {
      logDriver: "awslogs" as const,
      options: { "awslogs-group": "/live/no-root", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" },
    }
    const uri = "$ECS_CONTAINER_METADATA_URI_V4"
    const link = "$(ip -4 -o address | grep -o '169.254.1[67][0-9.]*' | head -1)"
    const line = `echo started; wget -q -O /www/task ${uri}/task; echo ${uri} > /www/uri; echo ${link} > /www/link`
    const victim = await user.start([shell("main", serve(`mkdir -p /www; ${line}`), { ...quick, logConfiguration })])
    const base = `http://${addressOf(await user.running(victim))}:8080`
    assert.equal((JSON.parse(await get(`${base}/task`)) as { TaskARN: string }).TaskARN, victim)
    const [itsUri, itsLink] = [(await get(`${base}/uri`)).trim(), (await get(`${base}/link`)).trim()]
    assert.match(itsUri, /^http:\/\/169\.254\.170\.2\/v4\//)
    assert.match(itsLink, /^169\.254\.1[67]\d\./)
    const stream = `p/main/${idOf(victim)}`
    const lines = await until(
      () => user.lines("/live/no-root", stream),
      (some) => some.length > 0,
    )
    assert.deepEqual(lines, ["started"])

    const ask = (url: string, file: string) =>
      `timeout 4 wget -O - ${url} > /www/${file} 2>&1; echo " $?" >> /www/${file}`
    const asks = `${ask(`${itsUri}/task`, "stolen")}; ${ask(`http://${itsLink}:8080/uri`, "linked")}`
    const thief = await user.start([shell("main", serve(`mkdir -p /www; ${asks}`), quick)])
    const thiefs = `http://${addressOf(await user.running(thief))}:8080`
    assert.match(await get(`${thiefs}/stolen`), /404 Not Found/)
    // Ended by the shell's own limit of time, or refused; but never the victim's page.
    const linked = await get(`${thiefs}/linked`)
    assert.match(linked, / (143|1)\n$/)
    assert.ok(!linked.includes(itsUri), linked)
    assert.doesNotMatch(roadstead.printed.join("\n"), /could not be isolated/)
    for (const arn of [victim, thief]) await user.stop(arn)
    for (const arn of [victim, thief]) await user.stopped(arn)
  })

  test("a task has the memory of its size for all containers together", async () => {
    const arn = await user.start([shell("one", sleeper, quick), shell("two", sleeper)], { memory: "512" })
    const running = await user.running(arn)
    const { body } = await docker.request<{ HostConfig: { CgroupParent: string } }>(
      "GET",
      `/containers/${running.containers?.[0]?.runtimeId}/json`,
    )
    const parent = body.HostConfig.CgroupParent
    group = dirname(dirname(parent))
    assert.match(parent, /^\/roadstead-[0-9a-f]{10}\/shared\/[0-9a-f]{32}$/)
    const limit = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"]
      .flatMap((tree) => [join(tree, parent, "memory.limit_in_bytes"), join(tree, parent, "memory.max")])
      .find((file) => existsSync(file))
    assert.ok(limit, "the task has a control group")
    assert.equal(readFileSync(limit, "utf8").trim(), String(512 * 1024 * 1024))
    await user.stop(arn)
    await user.stopped(arn)
  })

  test("a load balancer is reached at its own addresses, by name on the loopback, and through the port of the APIs", async () => {
    const balancers = balancerUser("http://127.0.0.1:4571", user.ec2)
    const arn = await user.start([shell("main", serve("echo behind > /www/index.html"), quick)])
    const group = await balancers.group("behind", 8080, [addressOf(await user.running(arn))])
    const { arn: balancer, name } = await balancers.balancer("behind")
    await balancers.listener(balancer, 80, group)
    await balancers.healthy(group)
    const [address = ""] = await addressesOf("172.31.0.1", name)
    for (const [where, port] of [[address, 80] as const, ["127.0.0.1", 80] as const, ["127.0.0.1", 4571] as const]) {
      const answer = await eventually(`${where}:${port} answers`, () => askFor200(where, port, name))
      assert.equal(answer.body, "behind\n")
    }
    await balancers.until(balancer, "active")
    balancers.close()
    await user.stop(arn)
    await user.stopped(arn)
  })

  test("a task in a VPC whose addresses are taken stops, and its reason names what has them", async () => {
    const elsewhere = fargateUser(roadstead.endpoint, "eu-west-1")
    await elsewhere.createCluster()
    const neighbour = await user.start([shell("main", sleeper, quick)])
    await user.running(neighbour)
    const arn = await elsewhere.start([shell("main", sleeper)])
    const task = await elsewhere.stopped(arn)
    assert.match(
      task.stoppedReason ?? "",
      /failed to configure ENI: .*172\.31\.0\.0\/16 overlaps the VPC 000000000000\/us-east-1\/vpc-/,
    )
    elsewhere.close()
    await user.stop(neighbour)
    await user.stopped(neighbour)
  })

  test("another user on the same engine is refused with the reason, and nothing of the first is touched", async () => {
    const kept = async () => (await ours()).filter((name) => /^\/?roadstead-/.test(name)).toSorted()
    const former = await kept()
    const refused = await runAs(other, [process.execPath, cli, "up", "--port", "4572", "--data", "data"])
    assert.equal(refused.code, 3, refused.printed)
    const id = readFileSync(join(someone.home, "data/id"), "utf8").trim()
    assert.match(refused.printed, new RegExp(`overlaps .* of the Roadstead with data folder id ${id}`))
    const purged = await runAs(other, [process.execPath, cli, "down", "--purge", "--data", "data"])
    assert.equal(purged.code, 0, purged.printed)
    assert.deepEqual(await kept(), former)
  })

  test("tasks go on when the supervisor is killed, its helper ends, and the next `up` finds them again", async () => {
    const arn = await user.start([shell("main", sleeper, quick)])
    const running = await user.running(arn)
    const runtimeId = running.containers?.[0]?.runtimeId
    const helpers = async () => (await ours()).filter((name) => name.startsWith("/roadstead-helper-"))
    assert.equal((await helpers()).length, 1)
    roadstead.process.kill("SIGKILL")
    await roadstead.stop()
    await until(helpers, (some) => some.length === 0)
    roadstead = await up()
    const found = await user.running(arn)
    assert.equal(found.containers?.[0]?.runtimeId, runtimeId)
    assert.deepEqual(found.containers?.[0]?.networkBindings, running.containers?.[0]?.networkBindings)
    assert.equal((await helpers()).length, 1)

    // At once: the former helper may still be ending.
    roadstead.process.kill("SIGKILL")
    roadstead = await up()
    assert.equal((await user.running(arn)).containers?.[0]?.runtimeId, runtimeId)
    assert.equal((await helpers()).length, 1)
    await user.stop(arn)
    assert.equal((await user.stopped(arn)).stopCode, "UserInitiated")
  })

  test("a helper that dies comes back, and tasks start again", async () => {
    const [helper = ""] = (await ours()).filter((name) => name.startsWith("/roadstead-helper-"))
    await docker.request("DELETE", `/containers/${helper.slice(1)}`, { query: { force: true } })
    const arn = await user.start([shell("main", sleeper, quick)])
    await user.running(arn)
    await user.stop(arn)
    await user.stopped(arn)
  })
})

test("the doctor names the form that this user gets and what it lacks, and lets it start", async () => {
  const doctor = await runAs(someone, [process.execPath, cli, "doctor", "--port", "4571"])
  assert.equal(doctor.code, 0, doctor.printed)
  assert.match(
    doctor.printed,
    /^ok {5}form: the agent runs in a helper container on the engine, because user 61101 is not root$/m,
  )
  assert.match(doctor.printed, /^ok {5}addresses of tasks: answer from this machine$/m)
  assert.match(
    doctor.printed,
    /^LACKS {2}machines apart: a task in a VPC whose addresses are taken here stops with the reason$/m,
  )
})

test("a run folder that another user has made is refused, and so is an engine that lets this user not in", async () => {
  const temporary = join(other.home, "tmp")
  mkdirSync(join(temporary, `roadstead-${other.uid}`), { recursive: true })
  const env = { XDG_RUNTIME_DIR: someone.home, TMPDIR: temporary }
  const folder = await runAs(other, [process.execPath, cli, "up", "--port", "4572", "--data", "data2"], env)
  assert.equal(folder.code, 2, folder.printed)
  assert.match(folder.printed, /The run folder .* cannot be used/)

  const socket = `unix://${engine.socketPath}`
  const closed = await runAs(other, [process.execPath, cli, "up", "--port", "4572", "--docker-host", socket])
  assert.equal(closed.code, 3, closed.printed)
  assert.match(closed.printed, /This user may not use the Docker engine/)
})

test("`down --purge` leaves nothing of it: no container, network, volume, control group, data or run folder", async () => {
  const down = await runAs(someone, [process.execPath, cli, "down", "--purge", "--data", "data"])
  assert.equal(down.code, 0, down.printed)
  assert.deepEqual(await ours(), [])
  assert.ok(!existsSync(join(someone.home, "data")))
  const { body: images } = await docker.request<{ RepoTags: string[] | null }[]>("GET", "/images/json")
  assert.doesNotMatch(JSON.stringify(images), /roadstead-helper/)
  assert.ok(group.startsWith("/roadstead-"), "a task has had a control group")
  const trees = ["/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu"]
  assert.deepEqual(
    trees.map((tree) => join(tree, group)).filter((folder) => existsSync(folder)),
    [],
  )
})
