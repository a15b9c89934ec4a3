import assert from "node:assert/strict"
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { gunzipSync } from "node:zlib"
import { aBalancer } from "../../../test/support/proxy-configuration.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import { silentLog } from "../../kernel/index.ts"
import { newAccessLog } from "./access-log.ts"
import { applicationLine, classicLine } from "./line.ts"
import type { AccessRecord } from "./record.ts"

const began = Date.UTC(2026, 6, 2, 22, 23, 0) + 186

const record: AccessRecord = {
  type: "http",
  beganAt: began,
  sentAt: began + 1,
  answeredAt: began + 49,
  endedAt: began + 86,
  clientAddress: "192.168.131.39",
  clientPort: 2817,
  connectionId: "1234abcd5678ef90",
  target: { address: "10.0.0.1", port: 80 },
  targetGroup: "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067",
  status: 200,
  targetStatus: 200,
  bytesIn: 34,
  bytesOut: 366,
  method: "GET",
  url: "http://www.example.com:80/",
  protocol: "HTTP/1.1",
  userAgent: "curl/7.46.0",
  traceId: "Root=1-58337262-36d228ad5d99923122bbe354",
  rulePriority: 0,
  actions: "forward",
}

// The members and their order: the example of the guide "Access logs for your Application Load Balancer".
test("a line has AWS's members in AWS's order", () => {
  assert.equal(
    applicationLine(record, "app/my-loadbalancer/50dc6c495c0c9188"),
    "http 2026-07-02T22:23:00.272000Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 " +
      '0.001 0.048 0.037 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - ' +
      "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 " +
      '"Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2026-07-02T22:23:00.186000Z "forward" "-" "-" ' +
      '"10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90 "-" "-" "-"',
  )
  assert.equal(
    classicLine(record, "my-loadbalancer"),
    "2026-07-02T22:23:00.186000Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001000 0.048000 0.037000 200 200 " +
      '34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - -',
  )
})

test("what did not come to pass is said with -1 and -, and nothing that a client says ends a line", () => {
  const { target, targetGroup, sentAt, answeredAt, targetStatus, ...rest } = record
  const line = applicationLine({ ...rest, status: 503, userAgent: 'a"b\nc' }, "app/a/b")
  assert.match(line, / 192\.168\.131\.39:2817 - -1 -1 -1 503 - 34 366 /)
  assert.match(line, / "a\\x22b\\x0Ac" /)
})

test("files are named as AWS names its objects, and are there when their five minutes are over", async () => {
  const folder = mkdtempSync(join(tmpdir(), "access-log-"))
  after(() => rmSync(folder, { recursive: true }))
  const clock = new TestClock(Date.UTC(2026, 6, 2, 22, 21))
  const log = newAccessLog({ folder, clock, random: (bytes) => bytes.fill(1), log: silentLog })
  const balancer = aBalancer({
    kind: "application",
    label: "app/edge/0123456789abcdef",
    attributes: { "access_logs.s3.bucket": "logs", "access_logs.s3.prefix": "a/../b" },
  })
  const files = () => globSync("**/*.log.gz", { cwd: folder })
  const wanted =
    "logs/a/b/AWSLogs/000000000000/elasticloadbalancing/us-east-1/2026/07/02/" +
    "000000000000_elasticloadbalancing_us-east-1_app.edge.0123456789abcdef_20260702T2225Z_172.31.0.9_01010101.log.gz"
  for (let i = 0; i < 3; i++) log.write(balancer, "172.31.0.9", record)
  assert.deepEqual(files(), [])
  await clock.advance(4 * 60_000)
  await log.close()
  await new Promise<void>((resolve) => {
    const look = () => (files().length > 0 ? resolve() : void setImmediate(look))
    look()
  })
  assert.deepEqual(files(), [wanted])
  const lines = gunzipSync(readFileSync(join(folder, wanted)))
    .toString()
    .trim()
    .split("\n")
  assert.deepEqual(lines, Array(3).fill(applicationLine(record, balancer.label)))
})
