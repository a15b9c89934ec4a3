// The floor of bar 5: a bare node:http server that reads a signed JSON request, verifies its signature with a cached
// key, parses the body and sends it back. Runs as a process of its own; says its port over the channel.
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from "node:crypto"
import { createServer, type IncomingMessage } from "node:http"

const secret = "bench"
const keys = new Map<string, KeyObject>()

const signingKey = (scope: string): KeyObject => {
  const known = keys.get(scope)
  if (known) return known
  let key: string | Buffer = `AWS4${secret}`
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest()
  const made = createSecretKey(key as Buffer)
  keys.set(scope, made)
  return made
}

const isSigned = (request: IncomingMessage, body: Buffer): boolean => {
  const parts = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]+)/.exec(
    request.headers.authorization ?? "",
  )
  const [, scope = "", signed = "", signature = ""] = parts ?? []
  let headers = ""
  for (const name of signed.split(";")) headers += `${name}:${request.headers[name]}\n`
  const canonical = `${request.method}\n${request.url}\n\n${headers}\n${signed}\n${hash("sha256", body)}`
  const text = `AWS4-HMAC-SHA256\n${request.headers["x-amz-date"]}\n${scope}\n${hash("sha256", canonical)}`
  const expected = createHmac("sha256", signingKey(scope)).update(text).digest()
  const given = Buffer.from(signature, "hex")
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const body = Buffer.concat(chunks)
    if (!isSigned(request, body)) return response.writeHead(403, { "content-length": 0 }).end()
    const answer = JSON.stringify(JSON.parse(body.toString("utf8")))
    response.writeHead(200, {
      "content-type": "application/x-amz-json-1.1",
      "content-length": Buffer.byteLength(answer),
    })
    response.end(answer)
  })
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.({ port: typeof address === "object" && address ? address.port : 0 })
})
process.on("disconnect", () => process.exit(0))
