// The image `roadstead-example`: a small web server on this machine's own Node. It is made by the engine's host when a task
// asks for it, so that a first session works where no registry can be reached.
import type { Docker } from "../docker/index.ts"
import { nodeImage } from "../machines/index.ts"

/** The names under which a task can ask for it. */
const names: ReadonlySet<string> = new Set(["roadstead-example", "roadstead-example:latest"])

/** The page, the metadata of the task as the container reads it, and a line of log for each request. */
const program = `
import http from "node:http"
const metadata = process.env.ECS_CONTAINER_METADATA_URI_V4
http.createServer(async (request, response) => {
  console.log(request.method + " " + request.url)
  if (request.url !== "/task.json") return response.end("hello from a real container\\n")
  try {
    response.setHeader("content-type", "application/json")
    response.end(await (await fetch(metadata + "/task")).text())
  } catch (error) {
    response.writeHead(502).end(String(error))
  }
}).listen(Number(process.env.PORT ?? 80), () => console.log("serving"))
process.on("SIGTERM", () => process.exit(0))
`

/** Makes the image when it is the one that is asked for; false for any other. */
export const makeExampleImage = async (docker: Docker, reference: string): Promise<boolean> => {
  if (!names.has(reference)) return false
  await nodeImage(docker, { name: "roadstead-example:latest", files: { "/app/server.mjs": program } })
  return true
}
