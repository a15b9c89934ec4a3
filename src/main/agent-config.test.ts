// Options of `roadstead agent` and the variables behind them.
import assert from "node:assert/strict"
import { test } from "node:test"
import { type AgentConfig, joinSettings } from "./agent-config.ts"
import { Problem } from "./problem.ts"

const bare: AgentConfig = { attributes: [], logLevel: "info", logFormat: "json" }
const key = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" }

test("the variables of the official agent say where to join, as whom and with which attributes", () => {
  const { settings, ...found } = joinSettings(bare, {
    ...key,
    ECS_BACKEND_HOST: "ecs.example:8443",
    ECS_CLUSTER: "web",
    ECS_DATADIR: "/data",
    ECS_CONTAINER_STOP_TIMEOUT: "10s",
    ECS_INSTANCE_ATTRIBUTES: '{"rack":"b2"}',
    AWS_DEFAULT_REGION: "eu-west-1",
  })
  assert.deepEqual(found, {
    endpoint: "https://ecs.example:8443",
    cluster: "web",
    credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" },
    region: "eu-west-1",
    data: "/data",
  })
  const { ECS_INSTANCE_ATTRIBUTES, ...others } = settings
  assert.equal(JSON.parse(ECS_INSTANCE_ATTRIBUTES ?? "{}").rack, "b2")
  assert.deepEqual(others, { ECS_CONTAINER_STOP_TIMEOUT: "10s" })
})

test("what the command line says counts before them", () => {
  const config = {
    ...bare,
    endpoint: "http://10.0.0.5:4566/",
    cluster: "c",
    name: "n",
    attributes: ["a=1,b", "rack=c3"],
  }
  const env = { ...key, ECS_BACKEND_HOST: "x", ECS_CLUSTER: "web", ECS_INSTANCE_ATTRIBUTES: '{"rack":"b2"}' }
  const { endpoint, cluster, settings } = joinSettings(
    { ...config, reservedMemory: 100 },
    { ...env, ECS_RESERVED_MEMORY: "5" },
  )
  assert.deepEqual([endpoint, cluster], ["http://10.0.0.5:4566", "c"])
  assert.equal(settings.ECS_RESERVED_MEMORY, "100")
  assert.deepEqual(JSON.parse(settings.ECS_INSTANCE_ATTRIBUTES ?? "{}"), {
    "roadstead.name": "n",
    rack: "c3",
    a: "1",
    b: "",
  })
})

test("without an endpoint or a key, or with what is neither, it says so and ends with code 2", () => {
  const refused = (config: Partial<AgentConfig>, env: Record<string, string>) =>
    assert.throws(
      () => joinSettings({ ...bare, ...config }, env),
      (e) => e instanceof Problem && e.exitCode === 2,
    )
  refused({}, key)
  refused({ endpoint: "http://a:1" }, {})
  refused({ endpoint: "http://a:1/path" }, key)
  refused({ endpoint: "ftp://a:1" }, key)
  refused({ endpoint: "http://a:1" }, { ...key, ECS_INSTANCE_ATTRIBUTES: "{" })
})
