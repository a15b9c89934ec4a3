// What proxies are measured in front of: a bare node:http server that answers each request with 128 bytes at once, on all
// addresses of the loopback.
import { createServer } from "node:http"
import { sayPort } from "./say-port.ts"

const body = Buffer.alloc(128, "x")
const server = createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
  response.writeHead(200, ["Content-Type", "text/plain", "Content-Length", "128"])
  response.end(body)
})
server.listen({ port: 0, host: "0.0.0.0", backlog: 4096 }, () => sayPort(server))
