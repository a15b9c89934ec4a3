// The program of the demo's tasks behind load balancers, as text: says who it is, and finishes what it has begun when it is
// told to end. Node alone runs it.
export const greeter = `
import http from "node:http"
const { WHO, PORT } = process.env
const server = http.createServer((request, response) => {
  response.setHeader("x-greeter", WHO)
  // Long enough that some requests are always under way when tasks change.
  setTimeout(() => response.end(WHO + " has " + request.url), request.url === "/" ? 0 : 20)
})
server.listen(Number(PORT), () => console.log(WHO + " listens"))
process.on("SIGTERM", () => server.close(() => process.exit(0)))
`
