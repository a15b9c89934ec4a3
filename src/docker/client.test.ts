// The Docker client against a server of our own on a unix socket: what the engine answers is written by each test.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { createDocker, type Docker, DockerError, importImage, pullImage } from "./index.ts"

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const withEngine = async (version: object, answer: Answer, use: (docker: Docker) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "rs-docker-"))
  const socketPath = join(folder, "d.sock")
  const server = createServer((request, response) => {
    if (request.url === "/version") return response.end(JSON.stringify(version))
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const docker = createDocker({ socketPath })
  try {
    await use(docker)
  } finally {
    docker.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  }
}

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}

test("the older of the two versions of the API is spoken", async () => {
  const seen: (string | undefined)[] = []
  await withEngine(
    { ApiVersion: "1.41" },
    (request, response) => {
      seen.push(request.url)
      json(response, 200, { fine: true })
    },
    async (docker) => {
      const { body } = await docker.request<{ fine: boolean }>("GET", "/info", {
        query: { filters: { label: ["a=b"] } },
      })
      assert.equal(body.fine, true)
    },
  )
  assert.deepEqual(seen, [`/v1.41/info?filters=${encodeURIComponent('{"label":["a=b"]}').replaceAll("%20", "+")}`])
})

test("an engine that no longer speaks a version that we know is refused with both versions named", async () => {
  await withEngine(
    { ApiVersion: "9.5", MinAPIVersion: "9.0" },
    () => assert.fail("no request may be sent"),
    (docker) => assert.rejects(docker.request("GET", "/info"), /speaks API 9\.0 and newer; Roadstead knows 1\./),
  )
})

test("an error answer is thrown with Docker's own message and status", async () => {
  await withEngine(
    { ApiVersion: "1.41" },
    (_, response) => json(response, 409, { message: "name is taken" }),
    async (docker) => {
      const thrown = await docker.request("POST", "/containers/create", { body: {} }).catch((error: unknown) => error)
      assert.ok(thrown instanceof DockerError)
      assert.deepEqual([thrown.status, thrown.message], [409, "name is taken"])
    },
  )
})

test("a pull that fails after its 200 rejects with the line that says so", async () => {
  const urls: (string | undefined)[] = []
  await withEngine(
    { ApiVersion: "1.41" },
    (request, response) => {
      urls.push(request.url)
      response.writeHead(200, { "content-type": "application/json" })
      response.write('{"status":"Pulling"}\n{"sta')
      response.end('tus":"x"}\r\n{"error":"no space left","errorDetail":{"message":"no space left"}}\n')
    },
    (docker) => assert.rejects(pullImage(docker, "reg.example:5000/a/b"), /no space left/),
  )
  assert.deepEqual(urls, ["/v1.41/images/create?fromImage=reg.example%3A5000%2Fa%2Fb&tag=latest"])
})

test("an import sends the tar as it is and each change as its own parameter", async () => {
  let body = Buffer.alloc(0)
  let url: string | undefined
  await withEngine(
    { ApiVersion: "1.41" },
    async (request, response) => {
      url = request.url
      for await (const part of request) body = Buffer.concat([body, part])
      json(response, 200, { status: "sha256:1" })
    },
    (docker) =>
      importImage(docker, { repository: "a", tag: "1", tar: Buffer.from("tar"), changes: ['CMD ["/p"]', "USER 1"] }),
  )
  assert.equal(body.toString(), "tar")
  assert.equal(url, "/v1.41/images/create?fromSrc=-&repo=a&tag=1&changes=CMD%20%5B%22%2Fp%22%5D&changes=USER%201")
})

test("an engine that is not there is named at every call, with the code of the failure", async () => {
  const docker = createDocker({ socketPath: join(tmpdir(), "rs-no-such.sock") })
  await assert.rejects(docker.request("GET", "/info"), (error) => error instanceof DockerError && error.status === 0)
  await assert.rejects(
    docker.request("GET", "/info"),
    (error) => error instanceof DockerError && error.code === "ENOENT",
  )
})
