// The program of the demo's tasks with roles, as text: it finds its credentials as every AWS SDK does, signs one call with
// them and writes what came of it to its log. Node alone runs it.
export const caller = `
import { createHash, createHmac } from "node:crypto"
const hash = (text) => createHash("sha256").update(text).digest("hex")
const mac = (key, text) => createHmac("sha256", key).update(text).digest()
const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: uri, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, MOTTO } = process.env
const keys = await (await fetch("http://169.254.170.2" + uri)).json()
const host = new URL(endpoint).host
const target = "AmazonEC2ContainerServiceV20141113.ListClusters"
const date = new Date().toISOString().replace(/[-:]|[.][0-9]+/g, "")
const day = date.slice(0, 8)
const scope = day + "/" + region + "/ecs/aws4_request"
const headers = { host, "x-amz-date": date, "x-amz-security-token": keys.Token, "x-amz-target": target }
const names = Object.keys(headers).join(";")
const lines = Object.entries(headers).map(([name, value]) => name + ":" + value + "\\n").join("")
const request = ["POST", "/", "", lines, names, hash("{}")].join("\\n")
const text = ["AWS4-HMAC-SHA256", date, scope, hash(request)].join("\\n")
const key = [day, region, "ecs", "aws4_request"].reduce(mac, "AWS4" + keys.SecretAccessKey)
const signature = mac(key, text).toString("hex")
const credential = keys.AccessKeyId + "/" + scope
const authorization = "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=" + names + ", Signature=" + signature
const { host: _, ...rest } = headers
const response = await fetch(endpoint, {
  method: "POST",
  body: "{}",
  headers: { ...rest, authorization, "content-type": "application/x-amz-json-1.1" },
})
const body = await response.json()
console.log(response.ok ? "allowed: " + body.clusterArns.length + " clusters" : String(body.__type) + ": " + body.message)
console.log("the secret motto: " + MOTTO)
`
