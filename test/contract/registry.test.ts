// The registry as a client of the OCI distribution API sees it, on a socket.
import assert from "node:assert/strict"
import { stat } from "node:fs/promises"
import { request } from "node:http"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr"
import { ecrService } from "../../src/services/ecr/index.ts"
import { type AwsEndpoint, account, awsEndpoint, region } from "../support/aws-endpoint.ts"
import { digestOf, manifestType, type RegistryClient, registryClient } from "../support/registry-client.ts"

let aws: AwsEndpoint
let ecr: ECRClient
let registry: RegistryClient
let shift = 0
before(async () => {
  aws = await awsEndpoint([ecrService({ registryPort: () => 4566, wallNow: () => Date.now() + shift })])
  ecr = new ECRClient(aws.sdk)
  for (const repositoryName of ["app", "team/web", "chunks"])
    await ecr.send(new CreateRepositoryCommand({ repositoryName }))
  registry = await registryClient(aws)
})
after(async () => {
  ecr.destroy()
  await aws.close()
})

/** How many bytes of an upload are on disk. */
const arrived = async (upload: string): Promise<number> => (await stat(join(aws.layersFolder, "uploads", upload))).size

const errorsOf = async (answer: Response): Promise<{ code: string; message: string }[]> =>
  ((await answer.json()) as { errors: { code: string; message: string }[] }).errors

const refused = async (answer: Response, status: number, code: string): Promise<string> => {
  const [error] = await errorsOf(answer)
  assert.deepEqual([answer.status, error?.code], [status, code])
  return error?.message ?? ""
}

describe("who may come in", () => {
  test("without a password there is ECR's challenge", async () => {
    const answer = await fetch(`${aws.sdk.endpoint}/v2/`)
    assert.equal(answer.status, 401)
    const host = new URL(aws.sdk.endpoint).host
    assert.equal(answer.headers.get("www-authenticate"), `Basic realm="https://${host}/",service="ecr.amazonaws.com"`)
    assert.equal(answer.headers.get("docker-distribution-api-version"), "registry/2.0")
    await refused(answer, 401, "UNAUTHORIZED")
  })

  test("a password opens it, and one that was changed does not", async () => {
    assert.equal((await registry.ask("GET", "/v2/")).status, 200)
    const [, encoded = ""] = registry.authorization.split(" ")
    const password = Buffer.from(encoded, "base64").toString("utf8")
    for (const other of [
      `${password}x`,
      password.replace("AWS:", "AWS:x"),
      password.replace("AWS:", "root:"),
      "AWS:",
      ":",
    ]) {
      const authorization = `Basic ${Buffer.from(other).toString("base64")}`
      assert.equal((await fetch(`${aws.sdk.endpoint}/v2/`, { headers: { authorization } })).status, 401, other)
    }
  })

  test("a password that has expired says so", async () => {
    shift = -13 * 60 * 60 * 1000
    const old = await registryClient(aws)
    shift = 0
    const message = await refused(await old.ask("GET", "/v2/"), 403, "DENIED")
    assert.equal(message, "Your authorization token has expired. Reauthenticate and try again.")
  })

  test("a password lasts for twelve hours and names the registry", async () => {
    const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}))
    const [data] = authorizationData
    const hours = ((data?.expiresAt?.getTime() ?? 0) - Date.now()) / 3_600_000
    assert.ok(hours > 11.9 && hours <= 12, String(hours))
    assert.equal(data?.proxyEndpoint, `https://${account}.dkr.ecr.${region}.localhost:4566`)
  })

  test("the registry that the Host names is the one that is asked", async () => {
    const ask = (host: string) =>
      new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
        const { port } = new URL(aws.sdk.endpoint)
        const headers = { host, authorization: registry.authorization }
        const req = request({ port, path: "/v2/app/tags/list", headers }, (res) => {
          let body = ""
          res.on("data", (data) => {
            body += data
          })
          res.on("end", () => resolve({ status: res.statusCode, body }))
        })
        req.on("error", reject)
        req.end()
      })
    assert.equal((await ask(`${account}.dkr.ecr.${region}.localhost:4566`)).status, 200)
    const other = await ask(`999999999999.dkr.ecr.${region}.localhost:4566`)
    assert.equal(other.status, 403)
    assert.match(
      other.body,
      /"DENIED","message":"User: arn:aws:iam::123456789012:root is not authorized to perform: ecr:ListImages on resource: arn:aws:ecr:us-east-1:999999999999:repository\/app/,
    )
    assert.equal((await ask(`${account}.dkr.ecr.eu-west-1.localhost:4566`)).status, 401)
  })
})

describe("pushing and pulling", () => {
  test("an image comes back byte by byte, by tag and by digest", async () => {
    const digest = await registry.image("team/web", "v1", ["layer one", "layer two"])
    const byTag = await registry.ask("GET", "/v2/team/web/manifests/v1")
    assert.deepEqual(
      [byTag.status, byTag.headers.get("content-type"), byTag.headers.get("docker-content-digest")],
      [200, manifestType, digest],
    )
    const text = await byTag.text()
    assert.equal(digestOf(text), digest)
    assert.equal(await (await registry.ask("GET", `/v2/team/web/manifests/${digest}`)).text(), text)
    const head = await registry.ask("HEAD", "/v2/team/web/manifests/v1")
    assert.deepEqual([head.status, head.headers.get("content-length")], [200, String(text.length)])
    const layer = await registry.ask("GET", `/v2/team/web/blobs/${digestOf("layer two")}`)
    assert.equal(await layer.text(), "layer two")
  })

  test("a part of a layer is had by its range, and one that is not there is refused", async () => {
    const path = `/v2/app/blobs/${await registry.layer("app", "0123456789")}`
    const ranges = { "bytes=2-4": "234", "bytes=7-": "789", "bytes=-3": "789", "bytes=8-99": "89" }
    for (const [range, expected] of Object.entries(ranges)) {
      const part = await registry.ask("GET", path, { headers: { range } })
      assert.deepEqual([part.status, await part.text()], [206, expected], range)
    }
    const beyond = await registry.ask("GET", path, { headers: { range: "bytes=10-" } })
    assert.equal(beyond.headers.get("content-range"), "bytes */10")
    await refused(beyond, 416, "SIZE_INVALID")
    const senseless = await registry.ask("GET", path, { headers: { range: "bytes=x" } })
    assert.deepEqual([senseless.status, await senseless.text()], [200, "0123456789"])
  })

  test("chunks are taken in order, and a client that lost its way is told how far it is", async () => {
    const begun = await registry.ask("POST", "/v2/chunks/blobs/uploads/")
    const location = begun.headers.get("location") ?? ""
    const send = (range: string, body: string) =>
      registry.ask("PATCH", location, { headers: { "content-range": range }, body })
    assert.equal((await send("0-4", "01234")).headers.get("range"), "0-4")
    const wrong = await send("9-10", "xx")
    assert.equal(wrong.headers.get("range"), "0-4")
    await refused(wrong, 416, "BLOB_UPLOAD_INVALID")
    const status = await registry.ask("GET", location)
    assert.deepEqual([status.status, status.headers.get("range")], [204, "0-4"])
    await refused(await send("5-20", "56789"), 400, "SIZE_INVALID")
    assert.equal((await send("5-9", "56789")).status, 202)
    const digest = digestOf("0123456789abc")
    const ended = await registry.ask("PUT", `${location}?digest=${digest}`, { body: "abc" })
    assert.equal(ended.status, 201)
    assert.equal(await (await registry.ask("GET", `/v2/chunks/blobs/${digest}`)).text(), "0123456789abc")
  })

  test("what arrived before the client was cut off is kept, and it goes on there", async () => {
    const location = (await registry.ask("POST", "/v2/chunks/blobs/uploads/")).headers.get("location") ?? ""
    const { port } = new URL(aws.sdk.endpoint)
    const cut = request({ port, method: "PATCH", path: location, headers: { authorization: registry.authorization } })
    cut.on("error", () => {})
    cut.write("0123456789")
    // Until the registry has it: asked beside, since the upload's own requests wait for this one.
    const [id = ""] = location.split("/").slice(-1)
    while ((await arrived(id)) < 10) await new Promise(setImmediate)
    cut.destroy()
    const status = await registry.ask("GET", location)
    assert.deepEqual([status.status, status.headers.get("range")], [204, "0-9"])
    const rest = await registry.ask("PATCH", location, { headers: { "content-range": "10-12" }, body: "abc" })
    assert.equal(rest.status, 202)
    const digest = digestOf("0123456789abc")
    assert.equal((await registry.ask("PUT", `${location}?digest=${digest}`)).status, 201)
  })

  test("a layer is sent in one request", async () => {
    const digest = digestOf("all at once")
    const path = `/v2/app/blobs/uploads/?digest=${encodeURIComponent(digest)}`
    assert.equal((await registry.ask("POST", path, { body: "all at once" })).status, 201)
    const head = await registry.ask("HEAD", `/v2/app/blobs/${digest}`)
    assert.deepEqual([head.status, head.headers.get("content-length")], [200, "11"])
  })

  test("what is not what its digest says is refused and forgotten", async () => {
    const location = (await registry.ask("POST", "/v2/app/blobs/uploads/")).headers.get("location") ?? ""
    await registry.ask("PATCH", location, { body: "one thing" })
    const digest = digestOf("another thing")
    await refused(await registry.ask("PUT", `${location}?digest=${digest}`), 400, "DIGEST_INVALID")
    assert.equal((await registry.ask("HEAD", `/v2/app/blobs/${digest}`)).status, 404)
    await refused(await registry.ask("GET", location), 404, "BLOB_UPLOAD_UNKNOWN")
  })

  test("a layer of another repository is mounted; one that is not there is to be uploaded", async () => {
    const digest = await registry.layer("team/web", "shared between two")
    const mount = (from: string, of: string) => registry.ask("POST", `/v2/app/blobs/uploads/?mount=${of}&from=${from}`)
    assert.equal((await mount("team/web", digest)).status, 201)
    assert.equal(await (await registry.ask("GET", `/v2/app/blobs/${digest}`)).text(), "shared between two")
    assert.equal((await mount("team/web", digestOf("nowhere"))).status, 202)
    assert.equal((await mount("no-such", digest)).status, 202)
  })

  test("an upload that is given up is gone", async () => {
    const location = (await registry.ask("POST", "/v2/app/blobs/uploads/")).headers.get("location") ?? ""
    assert.equal((await registry.ask("DELETE", location)).status, 204)
    await refused(await registry.ask("PATCH", location, { body: "x" }), 404, "BLOB_UPLOAD_UNKNOWN")
  })

  test("a manifest whose layers are not there is refused, and so is what is no manifest", async () => {
    const put = (body: string, type = manifestType) =>
      registry.ask("PUT", "/v2/app/manifests/bad", { headers: { "content-type": type }, body })
    const absent = { mediaType: "x", digest: digestOf("not there"), size: 1 }
    const manifest = JSON.stringify({ schemaVersion: 2, config: absent, layers: [] })
    const message = await refused(await put(manifest), 400, "MANIFEST_BLOB_UNKNOWN")
    assert.match(message, /^Layers with digests '\[sha256:[0-9a-f]{64}\]' required for pushing image into repository/)
    for (const body of [
      "",
      "{",
      "[]",
      '{"schemaVersion":1}',
      '{"schemaVersion":2}',
      '{"schemaVersion":2,"config":{},"layers":[]}',
    ])
      await refused(await put(body), 400, "MANIFEST_INVALID")
    await refused(await put(manifest, "text/plain"), 400, "MANIFEST_INVALID")
  })
})

describe("lists", () => {
  test("tags come in order and in pages", async () => {
    await ecr.send(new CreateRepositoryCommand({ repositoryName: "tags" }))
    for (const tag of ["b", "a", "d", "c", "e"]) await registry.image("tags", tag, [])
    assert.deepEqual(await (await registry.ask("GET", "/v2/tags/tags/list")).json(), {
      name: "tags",
      tags: ["a", "b", "c", "d", "e"],
    })
    const first = await registry.ask("GET", "/v2/tags/tags/list?n=2")
    assert.equal(first.headers.get("link"), '</v2/tags/tags/list?last=b&n=2>; rel="next"')
    assert.deepEqual(((await first.json()) as { tags: string[] }).tags, ["a", "b"])
    const last = await registry.ask("GET", "/v2/tags/tags/list?n=3&last=b")
    assert.equal(last.headers.get("link"), null)
    assert.deepEqual(((await last.json()) as { tags: string[] }).tags, ["c", "d", "e"])
  })

  test("what refers to an image is listed for it", async () => {
    const subject = await registry.image("app", "signed", ["signed layer"])
    const config = await registry.layer("app", "{}")
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "application/signature",
      config: { mediaType: "application/vnd.oci.empty.v1+json", digest: config, size: 2 },
      layers: [],
      subject: { mediaType: manifestType, digest: subject, size: 1 },
      annotations: { by: "me" },
    })
    const put = await registry.ask("PUT", `/v2/app/manifests/${digestOf(manifest)}`, {
      headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" },
      body: manifest,
    })
    assert.deepEqual([put.status, put.headers.get("oci-subject")], [201, subject])
    const list = async (query: string) => (await registry.ask("GET", `/v2/app/referrers/${subject}${query}`)).json()
    const { manifests } = (await list("")) as { manifests: object[] }
    assert.deepEqual(manifests, [
      {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: digestOf(manifest),
        size: manifest.length,
        artifactType: "application/signature",
        annotations: { by: "me" },
      },
    ])
    assert.deepEqual(((await list("?artifactType=other")) as { manifests: object[] }).manifests, [])
  })

  test("a repository that is not there is unknown by name", async () => {
    const message = await refused(await registry.ask("GET", "/v2/nothing/tags/list"), 404, "NAME_UNKNOWN")
    assert.equal(message, `The repository with name 'nothing' does not exist in the registry with id '${account}'`)
    await refused(await registry.ask("GET", "/v2/app/manifests/nothing"), 404, "MANIFEST_UNKNOWN")
    await refused(await registry.ask("GET", "/v2/UPPER/tags/list"), 400, "NAME_INVALID")
  })
})
