// A container host's session as its control plane sees it: registration, the upgrade, and an answer to every message.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { type TestContext, test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { testIds } from "../../../test/support/test-ids.ts"
import { fault, silentLog } from "../../kernel/index.ts"
import { memoryCheckpoint } from "../checkpoint/index.ts"
import { newCredentialsStore } from "../credentials.ts"
import { fakeEngine } from "../testing/engine.ts"
import { aTask, clusterArn, taskArn } from "../testing/tasks.ts"
import { fakeEcs, fakeSockets, instanceArn } from "../testing/wire.ts"
import { attributesOf } from "./capabilities.ts"
import { createSession, type HostFacts, RegistrationRefused } from "./index.ts"

type Message = { type: string; message: Record<string, unknown> }
const golden = JSON.parse(
  readFileSync(new URL("../../../test/golden/agent/messages.json", import.meta.url), "utf8"),
) as Record<string, Message>
const recorded = (name: string): Message => {
  const found = golden[name]
  assert.ok(found, name)
  return found
}
const host: HostFacts = {
  agentVersion: "1.105.1",
  agentHash: "a8b3e7d3",
  engineVersion: "20.10.24+dfsg1",
  cpus: 2,
  memoryMiB: 24105,
  architecture: "x86_64",
  attributes: [{ name: "stack", value: "blue" }],
}

const setUp = async (
  t: TestContext,
  { engine = fakeEngine(), ecs = fakeEcs(), checkpoint = memoryCheckpoint("default") } = {},
) => {
  const clock = new TestClock()
  const net = fakeSockets()
  const credentials = newCredentialsStore()
  const session = createSession({
    cluster: "default",
    ecs: ecs.call,
    signer: { upgrade: () => ({ authorization: "signed" }), frame: (_url, body) => body },
    open: net.open,
    engine,
    credentials,
    checkpoint,
    clock,
    ids: testIds(),
    log: silentLog,
    host,
    logsDelivered: () => undefined,
    onConnected: () => {},
  })
  session.ready.catch(() => {})
  t.after(() => session.close())
  await clock.settle()
  const connected = async () => {
    net.last("acs").open()
    await clock.settle()
    return net.last("acs")
  }
  return { clock, net, ecs, engine, credentials, checkpoint, session, connected }
}

test("a host registers with the members of the official agent, its own attributes first", async (t) => {
  const { ecs, checkpoint } = await setUp(t)
  const [input = {}] = ecs.inputs("RegisterContainerInstance")
  const { containerInstanceArn: _, ...first } = recorded("api-RegisterContainerInstance") as unknown as Record<
    string,
    unknown
  >
  assert.deepEqual(Object.keys(input).sort(), Object.keys(first).sort())
  assert.deepEqual(input.totalResources, first.totalResources)
  const attributes = input.attributes as { name: string; value?: string }[]
  assert.deepEqual(attributes[0], { name: "stack", value: "blue" })
  const official = new Set((first.attributes as { name: string }[]).map((a) => a.name))
  // What we can do beyond the recorded host: it had no pause image, and its task networking, task limits, log roles
  // and log drivers were switched off.
  const beyond = attributes
    .slice(1)
    .filter((a) => !official.has(a.name))
    .map((a) => a.name)
  assert.deepEqual(beyond, [
    ...["syslog", "journald", "gelf", "fluentd", "splunk"].map(
      (driver) => `com.amazonaws.ecs.capability.logging-driver.${driver}`,
    ),
    "ecs.capability.execution-role-awslogs",
    "ecs.capability.pid-ipc-namespace-sharing",
    "ecs.capability.task-eni",
    "ecs.capability.task-cpu-mem-limit",
    "ecs.capability.increased-task-cpu-limit",
  ])
  assert.equal(checkpoint.identity().containerInstanceArn, instanceArn)
})

test("a host says that it has AppArmor only where its engine uses it", () => {
  const name = "com.amazonaws.ecs.capability.apparmor"
  const host = { agentVersion: "1", agentHash: "h", engineVersion: "20", cpus: 1, memoryMiB: 1, attributes: [] }
  const has = (more: object) => attributesOf({ ...host, ...more }, true).some((attribute) => attribute.name === name)
  assert.deepEqual([has({ accessControls: ["apparmor"] }), has({})], [true, false])
})

test("a host that was registered says so, and leaves its own attributes as they are", async (t) => {
  const checkpoint = memoryCheckpoint("default")
  checkpoint.saveIdentity({ cluster: "default", containerInstanceArn: instanceArn, sequence: 3 })
  const { ecs } = await setUp(t, { checkpoint })
  const [input = {}] = ecs.inputs("RegisterContainerInstance")
  assert.equal(input.containerInstanceArn, instanceArn)
  assert.equal(
    (input.attributes as { name: string }[]).some((a) => a.name === "stack"),
    false,
  )
})

test("an attribute that does not come back ends the attempt for good", async (t) => {
  const ecs = fakeEcs()
  ecs.answer = () => ({ containerInstance: { containerInstanceArn: instanceArn, attributes: [] } })
  const { session } = await setUp(t, { ecs })
  await assert.rejects(
    session.ready,
    (e) => e instanceof RegistrationRefused && /Attribute validation failed/.test(e.message),
  )
})

test("registration waits for a control plane that is away or busy, and ends at a refusal", async (t) => {
  const ecs = fakeEcs()
  const fine = ecs.answer
  const failures: Error[] = [new Error("ECONNREFUSED"), new Error("ECONNREFUSED"), fault("ThrottlingException", "slow")]
  ecs.answer = (operation, input) => {
    const failure = failures.shift()
    if (failure) throw failure
    return fine(operation, input)
  }
  const { clock, session } = await setUp(t, { ecs })
  await clock.advance(250 + 375)
  assert.equal(ecs.inputs("RegisterContainerInstance").length, 3)
  await clock.advance(12_000)
  assert.equal(session.containerInstanceArn(), instanceArn)
  assert.equal(session.availabilityZone(), "us-east-1a")

  const refusing = fakeEcs()
  refusing.answer = () => {
    throw fault("ClientException", "Container instance type changes are not supported.")
  }
  const refused = await setUp(t, { ecs: refusing })
  await assert.rejects(refused.session.ready, RegistrationRefused)
})

test("the upgrade has the path and query of the official agent; credentials are asked for until the first connection", async (t) => {
  const { net, connected, clock } = await setUp(t)
  const target = (recorded("ws-upgrade-acs") as unknown as { target: string }).target
  const first = await connected()
  assert.equal(first.url, `http://cp:4566${target.replace("sendCredentials=false", "sendCredentials=true")}`)
  assert.equal(first.headers.authorization, "signed")
  await clock.advance(2_000)
  first.close(1000, "")
  await clock.settle()
  assert.equal(net.last("acs").url, `http://cp:4566${target}`)
})

test("heartbeats are answered in the recorded shape", async (t) => {
  const { connected } = await setUp(t)
  const acs = await connected()
  acs.say("HeartbeatMessage", recorded("acs-in-HeartbeatMessage").message)
  assert.deepEqual(acs.heard(), [recorded("acs-out-HeartbeatAckRequest")])
})

test("a payload is stored, its credentials kept, its number remembered, and then acknowledged", async (t) => {
  const { connected, engine, credentials, checkpoint, clock } = await setUp(t)
  const acs = await connected()
  const role = {
    credentialsId: "c1",
    roleArn: "r",
    accessKeyId: "A",
    secretAccessKey: "S",
    sessionToken: "T",
    expiration: "2026-11-23T18:00:00Z",
  }
  acs.say("PayloadMessage", {
    clusterArn,
    containerInstanceArn: instanceArn,
    messageId: "m1",
    seqNum: 5,
    tasks: [{ arn: taskArn, desiredStatus: "RUNNING", roleCredentials: role }],
  })
  await clock.settle()
  assert.equal(engine.accepted[0]?.[0]?.arn, taskArn)
  assert.equal(credentials.byId("c1")?.taskArn, taskArn)
  assert.equal(checkpoint.identity().sequence, 5)
  assert.deepEqual(acs.heard(), [
    { type: "AckRequest", message: { cluster: clusterArn, containerInstance: instanceArn, messageId: "m1" } },
    {
      type: "IAMRoleCredentialsAckRequest",
      message: { credentialsId: "c1", expiration: role.expiration, messageId: "m1" },
    },
  ])
  assert.deepEqual(
    Object.keys(acs.heard()[0]?.message ?? {}).sort(),
    Object.keys(recorded("acs-out-AckRequest").message).sort(),
  )
})

test("a payload that cannot be stored is not acknowledged, and a new connection lets it come again", async (t) => {
  const engine = fakeEngine()
  const { net, clock, connected } = await setUp(t, {
    engine: {
      ...engine,
      accept: async () => {
        throw new Error("database or disk is full")
      },
    },
  })
  const acs = await connected()
  const tasks = [{ arn: taskArn, desiredStatus: "RUNNING" }]
  acs.say("PayloadMessage", { clusterArn, containerInstanceArn: instanceArn, messageId: "m1", seqNum: 5, tasks })
  await clock.settle()
  assert.deepEqual(acs.heard(), [])
  await clock.advance(10_000)
  assert.notEqual(net.last("acs"), acs)
})

test("a payload with a bad task is not acknowledged", async (t) => {
  const engine = fakeEngine()
  engine.bad.add(taskArn)
  const { connected, clock } = await setUp(t, { engine })
  const acs = await connected()
  acs.say("PayloadMessage", {
    clusterArn,
    containerInstanceArn: instanceArn,
    messageId: "m",
    tasks: [{ arn: taskArn, desiredStatus: "RUNNING" }],
  })
  await clock.settle()
  assert.deepEqual(acs.heard(), [])
})

test("messages without their required members, for another host, of unknown types or of any shape are dropped", async (t) => {
  const { connected, engine, clock } = await setUp(t)
  const acs = await connected()
  acs.say("PayloadMessage", {
    clusterArn,
    containerInstanceArn: instanceArn,
    tasks: [{ arn: taskArn, desiredStatus: "RUNNING" }],
  })
  acs.say("PayloadMessage", { clusterArn, containerInstanceArn: `${instanceArn}x`, messageId: "m", tasks: [] })
  acs.say("PayloadMessage", { clusterArn, containerInstanceArn: instanceArn, messageId: "m2", tasks: 7 })
  acs.say("TaskManifestMessage", { messageId: "m3", clusterArn, containerInstanceArn: instanceArn, timeline: "soon" })
  acs.say("SomethingNew", { messageId: "m" })
  acs.say("IAMRoleCredentialsMessage", {
    messageId: "m",
    taskArn,
    roleType: "TaskApplication",
    roleCredentials: { credentialsId: "c" },
  })
  await clock.settle()
  assert.deepEqual(acs.heard(), [])
  assert.deepEqual(engine.accepted, [])
  acs.say("HeartbeatMessage", { messageId: "alive" })
  assert.equal(acs.heard().length, 1)
})

test("fresh credentials for a task that is here are kept and acknowledged", async (t) => {
  const { connected, credentials, clock } = await setUp(t, { engine: fakeEngine(aTask()) })
  const acs = await connected()
  acs.say("IAMRoleCredentialsMessage", recorded("acs-in-IAMRoleCredentialsMessage").message)
  await clock.settle()
  assert.equal(credentials.forTask(taskArn, "TaskApplication")?.accessKeyId, "ASIALAB")
  const expected = recorded("acs-out-IAMRoleCredentialsAckRequest")
  assert.deepEqual(acs.heard(), [
    { type: expected.type, message: { ...expected.message, credentialsId: "cred-app-1", messageId: "cr-1" } },
  ])
})

test("a task that the manifest does not list is offered for stopping, and stopped when that is confirmed, once", async (t) => {
  const stray = aTask({
    arn: taskArn.replace(/1/g, "4").replace("arn:aws:ecs:us-east-4:423456789042", "arn:aws:ecs:us-east-1:123456789012"),
  })
  const engine = fakeEngine(aTask(), stray)
  const { connected, clock, checkpoint } = await setUp(t, { engine })
  const acs = await connected()
  const manifest = recorded("acs-in-TaskManifestMessage").message
  acs.say("TaskManifestMessage", manifest)
  await clock.settle()
  const [ack, verification] = acs.heard()
  assert.deepEqual(ack, {
    type: "AckRequest",
    message: { cluster: clusterArn, containerInstance: instanceArn, messageId: manifest.messageId },
  })
  assert.deepEqual(verification, recorded("acs-out-TaskStopVerificationMessage"))
  assert.equal(checkpoint.identity().sequence, manifest.timeline)

  const confirmation = recorded("acs-in-TaskStopVerificationAck").message
  acs.say("TaskStopVerificationAck", { ...confirmation, messageId: "another" })
  acs.say("TaskStopVerificationAck", confirmation)
  acs.say("TaskStopVerificationAck", confirmation)
  await clock.settle()
  assert.deepEqual(engine.accepted, [[{ arn: stray.arn, desiredStatus: "STOPPED" }]])

  acs.say("TaskManifestMessage", { ...manifest, messageId: "again" })
  await clock.settle()
  assert.equal(acs.heard().length, 2, "an old manifest is not even acknowledged")
})

test("interfaces of tasks are acknowledged, and said to be attached", async (t) => {
  const { connected, clock, ecs } = await setUp(t)
  const acs = await connected()
  acs.say("AttachTaskNetworkInterfacesMessage", {
    clusterArn,
    containerInstanceArn: instanceArn,
    messageId: "eni",
    taskArn,
    waitTimeoutMs: 1000,
    elasticNetworkInterfaces: [{ attachmentArn: "arn:attachment/1" }],
  })
  await clock.settle()
  assert.equal(acs.heard()[0]?.type, "AckRequest")
  assert.deepEqual(ecs.inputs("SubmitTaskStateChange"), [
    { cluster: "default", task: taskArn, attachments: [{ attachmentArn: "arn:attachment/1", status: "ATTACHED" }] },
  ])
})

test("closing ends the session and leaves no timer", async (t) => {
  const { connected, session, clock } = await setUp(t)
  const acs = await connected()
  await session.ready
  session.close()
  assert.match(acs.closed ?? "", /^1000/)
  assert.equal(clock.pending, 0)
})
