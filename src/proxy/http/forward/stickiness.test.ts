import assert from "node:assert/strict"
import { test } from "node:test"
import { ask, startHttpFront, startTarget } from "../../../../test/support/http-front.ts"
import { aListener, aTarget } from "../../../../test/support/proxy-configuration.ts"

const named = (name: string, headers: Record<string, string> = {}) =>
  startTarget((_, response) => response.writeHead(200, { ...headers, "Content-Length": name.length }).end(name))
const at = (port: number, over = {}) => aTarget(`127.0.0.1:${port}`, over)
const get = (cookie?: string) => `GET / HTTP/1.1\nHost: a${cookie ? `\nCookie: ${cookie}` : ""}`
/** Name and value of what an answer sets. */
const set = (answer: { headers: Record<string, string> }, name: string) =>
  answer.headers["set-cookie"]?.split("\n").find((one) => one.startsWith(`${name}=`))
const pair = (cookie: string | undefined) => cookie?.split(";")[0] ?? ""

test("with AWSALB a client stays with its target until that drains; a made-up value is a new pick", async () => {
  const [a, b] = [await named("a"), await named("b")]
  const world = await startHttpFront()
  const attributes = { "stickiness.enabled": "true", "stickiness.lb_cookie.duration_seconds": "60" }
  world.setPools({ attributes, targets: [at(a), at(b)] })
  const first = await ask(world.port, get())
  const cookie = set(first, "AWSALB")
  assert.match(cookie ?? "", /^AWSALB=[A-Za-z0-9+/=]+; Expires=\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT; Path=\/$/)
  assert.match(set(first, "AWSALBCORS") ?? "", /; Path=\/; SameSite=None$/)
  for (let i = 0; i < 3; i++) {
    const again = await ask(world.port, get(`x=1; ${pair(cookie)}`))
    assert.equal(again.body, first.body)
    assert.notEqual(pair(set(again, "AWSALB")), pair(cookie))
  }
  const bodies = [await ask(world.port, get("AWSALB=bm9ib2R5")), await ask(world.port, get("AWSALB=bm9ib2R5"))]
  assert.deepEqual(new Set(bodies.map(({ body }) => body)), new Set(["a", "b"]))
  const [mine, other] = first.body === "a" ? [a, b] : [b, a]
  world.setPools({ attributes, targets: [at(mine, { draining: true }), at(other)] })
  const moved = await ask(world.port, get(pair(cookie)))
  assert.notEqual(moved.body, first.body)
  assert.ok(set(moved, "AWSALB"))
})

test("an application's cookie makes its session sticky, and ends it when it is gone", async () => {
  const [a, b] = [await named("a", { "Set-Cookie": "SESSION=1" }), await named("b", { "Set-Cookie": "SESSION=2" })]
  const world = await startHttpFront()
  const attributes = {
    ...{ "stickiness.enabled": "true", "stickiness.type": "app_cookie" },
    "stickiness.app_cookie.cookie_name": "SESSION",
  }
  world.setPools({ attributes, targets: [at(a), at(b)] })
  const first = await ask(world.port, get())
  const cookie = pair(set(first, "AWSALBAPP-0"))
  assert.equal(pair(set(first, "AWSALBAPP-1")), "AWSALBAPP-1=_remove_")
  for (let i = 0; i < 3; i++) assert.equal((await ask(world.port, get(`${cookie}; SESSION=1`))).body, first.body)
  const without = [await ask(world.port, get(cookie)), await ask(world.port, get(cookie))]
  assert.deepEqual(new Set(without.map(({ body }) => body)), new Set(["a", "b"]))
})

test("target groups get their weights, and a sticky client its first group", async () => {
  const world = await startHttpFront()
  world.setPools(
    { id: "arn:blue", targets: [at(await named("blue"))] },
    { id: "arn:green", targets: [at(await named("green"))] },
  )
  const [rule] = aListener().rules
  assert.ok(rule)
  const weigh = (blue: number, green: number, stickySeconds?: number) =>
    world.configure({
      listener: {
        rules: [
          {
            ...rule,
            action: {
              type: "forward",
              pools: [
                { pool: "arn:blue", weight: blue },
                { pool: "arn:green", weight: green },
              ],
              ...(stickySeconds !== undefined && { stickySeconds }),
            },
          },
        ],
      },
    })
  weigh(0, 1)
  for (let i = 0; i < 3; i++) assert.equal((await ask(world.port, get())).body, "green")
  weigh(0, 0)
  assert.equal((await ask(world.port, get())).status, 503)
  weigh(1, 1)
  const seen = new Set<string>()
  for (let i = 0; i < 60 && seen.size < 2; i++) seen.add((await ask(world.port, get())).body)
  assert.deepEqual(seen, new Set(["blue", "green"]))
  weigh(1, 1, 60)
  const first = await ask(world.port, get())
  const cookie = pair(set(first, "AWSALBTG"))
  for (let i = 0; i < 5; i++) assert.equal((await ask(world.port, get(cookie))).body, first.body)
})

test("a classic load balancer's cookie is AWSELB, given once", async () => {
  const world = await startHttpFront({ kind: "classic" })
  const targets = [at(await named("a")), at(await named("b"))]
  world.setPools({ stickiness: { type: "lb_cookie", seconds: 60 }, targets })
  const first = await ask(world.port, get())
  assert.match(set(first, "AWSELB") ?? "", /^AWSELB=[^;]+;PATH=\/;MAX-AGE=60$/)
  for (let i = 0; i < 3; i++) {
    const again = await ask(world.port, get(pair(set(first, "AWSELB"))))
    assert.deepEqual([again.body, set(again, "AWSELB")], [first.body, undefined])
  }
})
