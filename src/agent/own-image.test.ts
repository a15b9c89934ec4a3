import assert from "node:assert/strict"
import { test } from "node:test"
import { ownImage } from "./own-image.ts"

const host = "000000000000.dkr.ecr.us-east-1.localhost:4566"
const digest = `sha256:${"a".repeat(64)}`

test("a reference to our own registry is taken apart, with latest where it says no tag", () => {
  assert.deepEqual(ownImage(`${host}/team/app:v1`), { name: `${host}/team/app`, path: "team/app", tag: "v1" })
  assert.deepEqual(ownImage(`${host}/app`), { name: `${host}/app`, path: "app", tag: "latest" })
  assert.equal(ownImage(`${host}/app@${digest}`)?.digest, digest)
})

test("what is of another registry is none of ours", () => {
  for (const other of [
    "app:v1",
    "127.0.0.1:4566/app",
    "000000000000.dkr.ecr.us-east-1.amazonaws.com/app",
    `x${host}/app`,
    `${host}/`,
  ])
    assert.equal(ownImage(other), undefined, other)
})
