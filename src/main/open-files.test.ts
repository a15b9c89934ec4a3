import assert from "node:assert/strict"
import { test } from "node:test"
import { mostOpenFiles } from "./open-files.ts"

const machine = (capabilities: string, hard: string) => (path: string) =>
  path.endsWith("status")
    ? `Name:\tnode\nCapEff:\t${capabilities}\n`
    : `Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 ${hard}                files\n`

test("a machine that may raise limits gives what Fargate gives", () => {
  assert.equal(mostOpenFiles(machine("000001ffffffffff", "20000")), 65535)
})

test("a machine that may not gives its own hard limit at most", () => {
  assert.equal(mostOpenFiles(machine("000001fffeffffff", "20000")), 20000)
  assert.equal(mostOpenFiles(machine("0000000000000000", "1048576")), 65535)
  assert.equal(mostOpenFiles(machine("0000000000000000", "unlimited")), 65535)
})
