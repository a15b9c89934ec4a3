import assert from "node:assert/strict"
import { test } from "node:test"
import { logsService } from "../../../test/support/logs-service.ts"

const lines = ['1.2.3.4 - "GET /a.html" 200 12', '5.6.7.8 - "GET /b.gif" 404 34', "nothing"]

test("a pattern is tried on messages, and says which match and what it takes from them", async () => {
  const { call } = logsService()
  const answer = await call("TestMetricFilter", {
    filterPattern: "[ip, ..., status=4*, size]",
    logEventMessages: lines,
  })
  assert.deepEqual(answer.matches, [
    {
      eventNumber: 2,
      eventMessage: lines[1],
      extractedValues: { $ip: "5.6.7.8", $2: "-", $3: "GET /b.gif", $status: "404", $size: "34" },
    },
  ])
  const json = await call("TestMetricFilter", { filterPattern: "{ $.a = 1 }", logEventMessages: ['{"a":1}'] })
  assert.deepEqual(json.matches, [{ eventNumber: 1, eventMessage: '{"a":1}', extractedValues: {} }])
  const all = await call("TestMetricFilter", { filterPattern: "", logEventMessages: lines })
  assert.equal(all.matches?.length, 3)
})

test("a bad pattern and bad messages are refused", async () => {
  const { call } = logsService()
  const refused = (filterPattern: string, logEventMessages: string[], message: string | RegExp) =>
    assert.rejects(call("TestMetricFilter", { filterPattern, logEventMessages }), {
      code: "InvalidParameterException",
      message,
    })
  await refused("%", ["x"], "Invalid metric filter pattern")
  await refused("a:b", ["x"], "Invalid character(s) in term ':'")
  await refused("a", [], /at 'logEventMessages' failed .* greater than or equal to 1$/)
  await refused("a", Array(51).fill("x"), /at 'logEventMessages' failed .* less than or equal to 50$/)
  await refused("a", ["x", ""], /Value '' at 'logEventMessages.2.member' failed/)
  await refused("a".repeat(1025), ["x"], /at 'filterPattern' failed .* less than or equal to 1024$/)
})
