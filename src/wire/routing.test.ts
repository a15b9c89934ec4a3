// Which request goes where, in the cases that the round trips of protocols/ do not decide.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { HttpAsk } from "./http.ts"
import { route } from "./routing.ts"

const ask = (method: string, target: string, more: Partial<HttpAsk> = {}): HttpAsk => {
  const [path = "/", query = ""] = target.split("?", 2)
  return { method, path, query, headers: {}, body: new Uint8Array(), ...more }
}
const s3 = (method: string, target: string, headers: HttpAsk["headers"] = {}) =>
  route(ask(method, target, { headers }), "s3").operation

test("S3's operations are told apart by path, query and headers, with and without the JS SDK's x-id", () => {
  assert.equal(s3("GET", "/"), "ListBuckets")
  assert.equal(s3("PUT", "/b"), "CreateBucket")
  assert.equal(s3("GET", "/b"), "ListObjects")
  assert.equal(s3("GET", "/b/?list-type=2&prefix=x"), "ListObjectsV2")
  assert.equal(s3("GET", "/b?location"), "GetBucketLocation")
  assert.equal(s3("GET", "/b/k/with/slashes"), "GetObject")
  assert.equal(s3("GET", "/b/k?x-id=GetObject"), "GetObject")
  assert.equal(s3("GET", "/b/k?tagging"), "GetObjectTagging")
  assert.equal(s3("PUT", "/b/k"), "PutObject")
  assert.equal(s3("PUT", "/b/k", { "x-amz-copy-source": "/b/other" }), "CopyObject")
  assert.equal(s3("PUT", "/b/k?partNumber=1&uploadId=u"), "UploadPart")
  assert.equal(s3("PUT", "/b/k?partNumber=1&uploadId=u", { "x-amz-copy-source": "/b/other" }), "UploadPartCopy")
  assert.equal(s3("POST", "/b/k?uploads"), "CreateMultipartUpload")
  assert.equal(s3("POST", "/b/k?uploadId=u"), "CompleteMultipartUpload")
  assert.equal(s3("DELETE", "/b/k?uploadId=u"), "AbortMultipartUpload")
  assert.equal(s3("POST", "/b?delete"), "DeleteObjects")
  assert.equal(s3("HEAD", "/b"), "HeadBucket")
})

test("labels are decoded, greedy ones with their slashes", () => {
  assert.deepEqual(route(ask("GET", "/b/a%20b/%C3%BC/"), "s3").labels, { Bucket: "b", Key: "a b/ü/" })
  assert.deepEqual(route(ask("GET", "/schedules/a%2Fb"), "scheduler").labels, { Name: "a/b" })
})

test("the version decides between services that share a signing name, an unknown version goes to the newest", () => {
  const form = (text: string) =>
    ask("POST", "/", {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new Uint8Array(Buffer.from(text)),
    })
  assert.equal(route(form("Action=DescribeLoadBalancers&Version=2012-06-01"), "elasticloadbalancing").service, "elb")
  assert.equal(route(form("Action=DescribeLoadBalancers&Version=2015-12-01"), "elasticloadbalancing").service, "elbv2")
  assert.equal(route(form("Action=DescribeLoadBalancers"), "elasticloadbalancing").service, "elbv2")
  assert.equal(route(form("Action=DescribeVpcs&Version=2014-06-15"), "ec2").operation, "DescribeVpcs")
  assert.equal(route(form("Action=AssumeRoleWithWebIdentity&Version=2011-06-15"), undefined).unsigned, true)
})

test("a query service may be asked in the query string; a name like Action elsewhere changes nothing", () => {
  assert.equal(route(ask("GET", "/?Action=GetCallerIdentity&Version=2011-06-15"), "sts").operation, "GetCallerIdentity")
  assert.equal(route(ask("GET", "/b?list-type=2&prefix=Action=x"), "s3").operation, "ListObjectsV2")
})

test("RPC v2 finds its service by the last part of a namespaced name", () => {
  const found = route(
    ask("POST", "/service/com.amazonaws.cloudwatch.GraniteServiceVersion20100801/operation/PutMetricData"),
    "monitoring",
  )
  assert.deepEqual([found.operation, found.protocol], ["PutMetricData", "rpcv2Cbor"])
})

test("a request that names nothing is answered in the protocol of the service that it is signed for", () => {
  assert.deepEqual(
    [route(ask("GET", "/"), "ecs").protocol, route(ask("GET", "/"), "ecs").fault?.code],
    ["awsJson1_1", "UnknownOperationException"],
  )
  assert.deepEqual(
    [route(ask("GET", "/"), "ec2").protocol, route(ask("GET", "/"), "ec2").fault?.code],
    ["ec2Query", "MissingAction"],
  )
  assert.deepEqual(
    [route(ask("PATCH", "/b"), "s3").protocol, route(ask("PATCH", "/b"), "s3").fault?.code],
    ["restXml", "MethodNotAllowed"],
  )
})
