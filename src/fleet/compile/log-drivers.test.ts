// The delivery mode of log drivers: the option, and the account's default where there is none.
import assert from "node:assert/strict"
import { test } from "node:test"
import { compileLogConfig } from "./log-drivers.ts"

test("the default mode is filled in where the options name none", () => {
  const options = { "awslogs-group": "g" }
  assert.deepEqual(compileLogConfig({ logDriver: "awslogs", options }, "non-blocking"), {
    Type: "awslogs",
    Config: { "awslogs-group": "g", mode: "non-blocking" },
  })
  const own = { mode: "blocking", "max-buffer-size": "1m" }
  assert.deepEqual(compileLogConfig({ logDriver: "awslogs", options: own }, "non-blocking").Config, own)
  assert.deepEqual(compileLogConfig({ logDriver: "json-file" }, "blocking").Config, { mode: "blocking" })
})

test("drivers that deliver nothing themselves, and tasks from before the setting, get no mode", () => {
  assert.deepEqual(compileLogConfig({ logDriver: "none" } as never, "blocking").Config, {})
  assert.deepEqual(compileLogConfig({ logDriver: "awsfirelens" }, "blocking").Config, {})
  assert.deepEqual(compileLogConfig({ logDriver: "awslogs", options: { a: "b" } }).Config, { a: "b" })
})
