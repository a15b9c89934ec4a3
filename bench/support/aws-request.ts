// A signed request of an AWS JSON service as bytes, made before the clock runs: what is measured is the server.
import { createHash, createHmac } from "node:crypto"

export interface AwsRequest {
  readonly port: number
  readonly service: string
  readonly region: string
  /** `AmazonEC2ContainerServiceV20141113.DescribeTasks`. */
  readonly target: string
  readonly input: object
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly now: Date
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest()

/** The whole HTTP/1.1 request, with Signature Version 4 in its Authorization header. */
export const signedRequest = (request: AwsRequest): Buffer => {
  const body = JSON.stringify(request.input)
  const time = request.now.toISOString().replace(/[-:]|\.\d+/g, "")
  const scope = `${time.slice(0, 8)}/${request.region}/${request.service}/aws4_request`
  const headers: Record<string, string> = {
    "content-type": "application/x-amz-json-1.1",
    host: `127.0.0.1:${request.port}`,
    "x-amz-date": time,
    "x-amz-target": request.target,
  }
  const signed = Object.keys(headers).join(";")
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const canonical = `POST\n/\n\n${lines.join("")}\n${signed}\n${sha256(body)}`
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${request.secretAccessKey}`)
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString("hex")
  const credential = `${request.accessKeyId}/${scope}`
  const all = {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`,
    "content-length": String(Buffer.byteLength(body)),
  }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST / HTTP/1.1\r\n${head.join("")}\r\n${body}`)
}
