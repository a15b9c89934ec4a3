// The programs inside the demo's containers, as text: they run by Node alone, in an image made from this machine.

/** A settings service beside the app, with a health check; the app starts once it is healthy. */
export const sidecar = `
import http from "node:http"
http.createServer((request, response) => response.end("fair winds")).listen(9090, () => console.log("settings are ready"))
process.on("SIGTERM", () => process.exit(0))
`

/** The app: greets with what the sidecar says, shows its own task metadata, and writes what it does to its log. */
export const app = `
import http from "node:http"
const text = async (url) => (await fetch(url)).text()
console.log("the app starts")
http.createServer(async (request, response) => {
  if (request.url === "/alive") return response.end("alive")
  if (request.url === "/exit") process.exit(1)
  console.log("asked for " + request.url)
  try {
    if (request.url === "/task") response.end(await text(process.env.ECS_CONTAINER_METADATA_URI_V4 + "/task"))
    else if (request.url === "/stats") response.end(await text(process.env.ECS_CONTAINER_METADATA_URI_V4 + "/stats"))
    else response.end("The app wishes you " + (await text("http://127.0.0.1:9090/")))
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}).listen(8080, () => console.log("the app listens"))
process.on("SIGTERM", () => { console.log("the app ends"); process.exit(0) })
`

/** Succeeds when something answers on the port of the sidecar. */
export const healthCheck = [
  "CMD",
  "/usr/bin/node",
  "-e",
  "fetch('http://127.0.0.1:9090/').then(() => process.exit(0), () => process.exit(1))",
]
