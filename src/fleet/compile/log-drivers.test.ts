// The delivery mode of log drivers: the option, and the account's default where there is none.
import assert from "node:assert/strict"
import { test } from "node:test"
import { compileLogConfig } from "./log-drivers.ts"

const suffix = "web/0123456789abcdef"

test("the default mode is filled in where the options name none", () => {
  const options = { "awslogs-group": "g" }
  assert.deepEqual(compileLogConfig({ logDriver: "awslogs", options }, { defaultMode: "non-blocking", suffix }), {
    Type: "awslogs",
    Config: { "awslogs-group": "g", mode: "non-blocking" },
  })
  const own = { mode: "blocking", "max-buffer-size": "1m" }
  assert.deepEqual(
    compileLogConfig({ logDriver: "awslogs", options: own }, { defaultMode: "non-blocking", suffix }).Config,
    own,
  )
  assert.deepEqual(compileLogConfig({ logDriver: "json-file" }, { defaultMode: "blocking", suffix }).Config, {
    mode: "blocking",
  })
})

test("drivers that deliver nothing themselves, and tasks from before the setting, get no mode", () => {
  assert.deepEqual(compileLogConfig({ logDriver: "none" } as never, { defaultMode: "blocking", suffix }).Config, {})
  assert.deepEqual(compileLogConfig({ logDriver: "awsfirelens" }, { defaultMode: "blocking", suffix }).Config, {})
  assert.deepEqual(compileLogConfig({ logDriver: "awslogs", options: { a: "b" } }, { suffix }).Config, { a: "b" })
})

test("a stream's prefix becomes its name, which is what Docker and the metadata of a task know", () => {
  const options = { "awslogs-group": "g", "awslogs-stream-prefix": "p" }
  assert.deepEqual(compileLogConfig({ logDriver: "awslogs", options }, { suffix }).Config, {
    "awslogs-group": "g",
    "awslogs-stream": "p/web/0123456789abcdef",
  })
})

test("Docker's own awslogs driver is told where CloudWatch Logs are, unless the options say it", () => {
  const endpoint = { suffix, logsEndpoint: "http://10.0.0.5:4566" }
  const compiled = (options: Record<string, string>, logDriver = "awslogs") =>
    compileLogConfig({ logDriver, options } as never, endpoint).Config
  assert.deepEqual(compiled({}), { "awslogs-endpoint": "http://10.0.0.5:4566" })
  assert.deepEqual(compiled({ "awslogs-endpoint": "https://x" }), { "awslogs-endpoint": "https://x" })
  assert.deepEqual(compiled({}, "json-file"), {})
})
