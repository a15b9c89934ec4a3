// The floor of bar 6: what node:http does with a keep-alive agent and nothing else. Its argument is the target's port.
import { Agent, createServer, request } from "node:http"
import { sayPort } from "./say-port.ts"

const port = Number(process.argv[2])
const agent = new Agent({ keepAlive: true, maxSockets: 256 })
const server = createServer((incoming, outgoing) => {
  const onward = request(
    { agent, host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers: incoming.headers },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    },
  )
  onward.on("error", () => outgoing.destroy())
  incoming.pipe(onward)
})
server.listen(0, "127.0.0.1", () => sayPort(server))
