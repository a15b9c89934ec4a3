import assert from "node:assert/strict"
import { test } from "node:test"
import { headOf } from "../../../../test/support/request-head.ts"
import type { ConditionConfiguration } from "../../../protocol/index.ts"
import type { RequestHead } from "../request-head.ts"
import { compileCondition } from "./conditions.ts"

const holds = (condition: ConditionConfiguration, head: RequestHead, address = "10.0.0.1") =>
  compileCondition(condition)(head, address)

test("hosts are compared without case and port, paths with case and without the query", () => {
  const host = (value: string, name: string) =>
    holds({ field: "host-header", values: [value] }, headOf("/", ["Host", name]))
  assert.deepEqual(
    [
      host("*.Example.com", "WWW.example.COM:8080"),
      host("*.example.com", "example.com"),
      host("example.com", "example.com"),
      host("?.example.com", "ab.example.com"),
    ],
    [true, false, true, false],
  )
  const path = (value: string, target: string) => holds({ field: "path-pattern", values: [value] }, headOf(target))
  assert.deepEqual(
    [path("/img/*", "/img/a?b"), path("/img/*", "/Img/a"), path("/img/*/pics", "/img/a/b/pics"), path("/a", "/a?x=1")],
    [true, false, true, true],
  )
})

test("methods are compared exactly, header values without case, each of several headers", () => {
  assert.ok(holds({ field: "http-request-method", values: ["PUT", "GET"] }, headOf("/")))
  assert.ok(!holds({ field: "http-request-method", values: ["get"] }, headOf("/")))
  const agent = { field: "http-header", name: "User-Agent", values: ["*Chrome*", "*Safari*"] } as const
  assert.ok(holds(agent, headOf("/", ["user-agent", "x", "USER-AGENT", "like chrome 1"])))
  assert.ok(!holds(agent, headOf("/", ["X-Agent", "Chrome"])))
})

test("a query holds by a key with its value, or by a value of any key; stars can be meant literally", () => {
  const query = (values: { key?: string; value: string }[], target: string) =>
    holds({ field: "query-string", values }, headOf(target))
  assert.ok(query([{ key: "version", value: "v1" }], "/?a=b&VERSION=V1"))
  assert.ok(!query([{ key: "version", value: "v1" }], "/?version=v2"))
  assert.ok(query([{ value: "*example*" }], "/?x=an%20example"))
  assert.ok(query([{ key: "a", value: "x y" }], "/?a=x+y"))
  assert.ok(query([{ key: "a", value: "\\*" }], "/?a=*") && !query([{ key: "a", value: "\\*" }], "/?a=b"))
  assert.ok(!query([{ value: "*" }], "/"))
})

test("a source is the address of the connection", () => {
  const source = (address: string) =>
    holds({ field: "source-ip", values: ["192.0.2.0/24", "2001:db8::/32"] }, headOf("/"), address)
  assert.deepEqual([source("192.0.2.9"), source("192.0.3.9"), source("2001:db8::1")], [true, false, true])
})

test("regular expressions take linear time", () => {
  const condition = { field: "path-pattern", values: ["^/(a+)+$"], regex: true } as const
  assert.ok(holds(condition, headOf("/aaa")))
  assert.ok(!holds(condition, headOf(`/${"a".repeat(10_000)}!`)))
})
