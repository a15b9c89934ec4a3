// One request to the instance metadata service, answered: versions, tokens, refusals. Pure but for the tokens.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
import type { InstanceMetadata } from "../../protocol/index.ts"
import { longestToken, type Tokens } from "./tokens.ts"
import { lookUp, treeOf, versions } from "./tree.ts"

export interface ImdsAsk {
  readonly method: string
  /** The target without its query. */
  readonly path: string
  readonly token?: string
  /** The header `x-aws-ec2-metadata-token-ttl-seconds`. */
  readonly ttl?: string
  /** Whether the request has an `X-Forwarded-For`: somebody asks for somebody else. */
  readonly forwarded: boolean
  /** Whether the request comes from behind a hop, a container's network. */
  readonly behindHop: boolean
}

export interface ImdsAnswer {
  readonly status: number
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

const plain = (body: string, headers: Readonly<Record<string, string>> = {}): ImdsAnswer => ({
  status: 200,
  body,
  headers: { "content-type": "text/plain", ...headers },
})

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
}

/** A refusal as a small page, as EC2's are. */
export const refusal = (status: number): ImdsAnswer => {
  const title = `${status} - ${titles[status] ?? "Error"}`
  const head = `<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n`
  const body = `${head}<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n </body>\n</html>\n`
  return { status, body, headers: { "content-type": "text/html" } }
}

/** The answer, or `lost` where the network of AWS would never deliver it. */
export const answerImds = (metadata: InstanceMetadata, tokens: Tokens, ask: ImdsAsk): ImdsAnswer | "lost" => {
  const { options } = metadata
  if (options.endpoint === "disabled") return refusal(403)
  const path = ask.path.split("/").filter((part) => part !== "")
  if (ask.method === "PUT") {
    if (path.join("/") !== "latest/api/token") return refusal(405)
    return issue(tokens, ask, options.hopLimit)
  }
  if (ask.method !== "GET" && ask.method !== "HEAD") return refusal(405)
  // A token that is sent must hold, also where none is needed.
  if (ask.token === undefined ? options.tokens === "required" : !tokens.isValid(ask.token)) return refusal(401)
  const [version, ...below] = path
  if (version === undefined) return plain(versions.join("\n"))
  if (!versions.includes(version)) return refusal(404)
  const { userData } = metadata
  if (below.length === 1 && below[0] === "user-data") {
    if (userData === undefined) return refusal(404)
    return {
      status: 200,
      body: Buffer.from(userData, "base64"),
      headers: { "content-type": "application/octet-stream" },
    }
  }
  const found = lookUp(treeOf(metadata), below, userData === undefined ? [] : ["user-data"])
  return found === undefined ? refusal(404) : plain(found)
}

const issue = (tokens: Tokens, { forwarded, behindHop, ttl }: ImdsAsk, hopLimit: number): ImdsAnswer | "lost" => {
  if (forwarded) return refusal(403)
  const seconds = /^[0-9]{1,5}$/.test(ttl ?? "") ? Number(ttl) : 0
  if (seconds < 1 || seconds > longestToken) return refusal(400)
  if (behindHop && hopLimit < 2) return "lost"
  return plain(tokens.issue(seconds), { "x-aws-ec2-metadata-token-ttl-seconds": String(seconds) })
}
