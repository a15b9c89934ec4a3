import assert from "node:assert/strict"
import { test } from "node:test"
import { ask, startHttpFront, startTarget } from "../../../../test/support/http-front.ts"
import type { ActionConfiguration, RuleConfiguration } from "../../../protocol/index.ts"

const rule = (over: Partial<RuleConfiguration>): RuleConfiguration => ({
  ...{
    id: "arn:rule",
    priority: 0,
    conditions: [],
    action: { type: "forward", pools: [{ pool: "arn:pool", weight: 1 }] },
  },
  ...over,
})
const path = (value: string) => [{ field: "path-pattern" as const, values: [value] }]
const asked = { protocol: "#{protocol}", host: "#{host}", port: "#{port}", path: "/#{path}", query: "#{query}" }
const redirect = (over: Partial<Extract<ActionConfiguration, { type: "redirect" }>>): ActionConfiguration => ({
  ...{ type: "redirect", statusCode: 301, ...asked },
  ...over,
})

test("a redirect puts the request's parts where the action has their names", async () => {
  const { port, configure } = await startHttpFront()
  const to = async (action: ActionConfiguration, target = "/a/b?x=1") => {
    configure({ listener: { rules: [rule({ action })] } })
    const { status, reason, headers } = await ask(port, `GET ${target} HTTP/1.1\nHost: Example.com:8080`)
    return [status, reason, headers.location]
  }
  assert.deepEqual(await to(redirect({ protocol: "HTTPS", port: "443" })), [
    ...[301, "Moved Permanently", "https://example.com:443/a/b?x=1"],
  ])
  assert.deepEqual(
    await to(redirect({ statusCode: 302, host: "www.#{host}", path: "/new/#{path}/#{port}", query: "was=#{query}&y" })),
    [302, "Found", "http://www.example.com:80/new/a/b/80?was=x=1&y"],
  )
  assert.deepEqual((await to(redirect({ path: "/" }), "/a"))[2], "http://example.com:80/")
})

test("a rule that makes an answer that cannot be written ends its request alone", async () => {
  const { port, configure } = await startHttpFront()
  configure({ listener: { rules: [rule({ action: redirect({ host: "www.\u4e2d.example" }) })] } })
  assert.equal((await ask(port, "GET / HTTP/1.1\nHost: a")).status, 0)
  configure({})
  assert.equal((await ask(port, "GET / HTTP/1.1\nHost: a")).status, 503)
})

test("a fixed response is said as configured, HEAD without its body", async () => {
  const { port, configure } = await startHttpFront()
  const action = {
    type: "fixed-response",
    statusCode: 418,
    contentType: "application/json",
    body: '{"a":"ä"}',
  } as const
  configure({ listener: { rules: [rule({ action })] } })
  const answer = await ask(port, "GET / HTTP/1.1\nHost: a")
  assert.equal(answer.status, 418)
  assert.deepEqual(
    [answer.headers["content-type"], answer.headers["content-length"], answer.headers.server],
    ["application/json", "10", "awselb/2.0"],
  )
  assert.equal(Buffer.from(answer.body, "latin1").toString(), '{"a":"ä"}')
  assert.equal((await ask(port, "HEAD / HTTP/1.1\nHost: a")).body, "")
})

test("transforms rewrite host and path of what is forwarded, each rule its own", async () => {
  const target = await startTarget((request, response) =>
    response.writeHead(200, [...["X-Seen", `${request.headers.host} ${request.url}`, "Content-Length", "0"]]).end(),
  )
  const { port, configure } = await startHttpFront({ targets: [target] })
  const seen = async (line: string) =>
    (await ask(port, `GET ${line} HTTP/1.1\nHost: shop.example.com`)).headers["x-seen"]
  configure({
    listener: {
      rules: [
        rule({
          ...{ priority: 1, conditions: path("/api/*") },
          transforms: [
            { type: "url-rewrite", rewrites: [{ regex: "^/api/v1/(.*)/([a-z]+)$", replace: "/v2/$2/$1?$" }] },
            { type: "host-header-rewrite", rewrites: [{ regex: "^(.*)\\.example\\.com$", replace: "$1.internal" }] },
          ],
        }),
        rule({
          ...{ priority: 2, conditions: path("/bad") },
          transforms: [{ type: "url-rewrite", rewrites: [{ regex: "^/bad", replace: "no slash" }] }],
        }),
        rule({}),
      ],
    },
  })
  assert.equal(await seen("/api/v1/a/b/items"), "shop.internal /v2/items/a/b?$")
  assert.equal(await seen("/other"), "shop.example.com /other")
  assert.equal((await ask(port, "GET /bad HTTP/1.1\nHost: a")).status, 500)
})

test("attributes say what targets hear of the client and what clients hear of the server", async () => {
  let seen: NodeJS.Dict<string | string[]> = {}
  const target = await startTarget((request, response) => {
    seen = request.headers
    response.writeHead(200, { Server: "own", "X-Frame-Options": "none", "Content-Length": "0" }).end()
  })
  const { port, configure } = await startHttpFront({ targets: [target] })
  const said = async (attributes: Record<string, string>, more = "", listener = {}) => {
    configure({ balancer: { attributes }, listener })
    const answer = await ask(port, `GET / HTTP/1.1\nHost: a.b${more}`)
    return answer.headers
  }
  const xff = "\nX-Forwarded-For: 1.1.1.1\nX-Forwarded-For: 2.2.2.2"
  await said({}, xff)
  assert.equal(seen["x-forwarded-for"], "1.1.1.1, 2.2.2.2, 127.0.0.1")
  await said({ "routing.http.xff_client_port.enabled": "true" })
  assert.match(String(seen["x-forwarded-for"]), /^127\.0\.0\.1:\d+$/)
  await said({ "routing.http.xff_header_processing.mode": "preserve" }, xff)
  assert.equal(seen["x-forwarded-for"], "1.1.1.1, 2.2.2.2")
  await said({ "routing.http.xff_header_processing.mode": "remove" }, xff)
  assert.equal(seen["x-forwarded-for"], undefined)
  await said({}, "\nX-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678;Self=1-a-b;CalledFrom=app")
  assert.match(
    String(seen["x-amzn-trace-id"]),
    /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678;CalledFrom=app$/,
  )
  await said({}, "", { port: 8080 })
  assert.equal(seen.host, "a.b:8080")
  await said({ "routing.http.preserve_host_header.enabled": "true" }, "", { port: 8080 })
  assert.equal(seen.host, "a.b")
  await said({}, "\nX_Odd: 1")
  assert.equal(seen.x_odd, "1")
  await said({ "routing.http.drop_invalid_header_fields.enabled": "true" }, "\nX_Odd: 1")
  assert.equal(seen.x_odd, undefined)
  const headers = await said({}, "", {
    attributes: {
      "routing.http.response.server.enabled": "false",
      "routing.http.response.x_frame_options.header_value": "DENY",
    },
  })
  assert.deepEqual([headers.server, headers["x-frame-options"]], [undefined, "DENY"])
  assert.equal((await said({})).server, "own")
  assert.equal(
    (await ask(port, `GET / HTTP/1.1\nHost: a\nX-Forwarded-For: ${Array(31).fill("1.1.1.1").join()}`)).status,
    463,
  )
})
