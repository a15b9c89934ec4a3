import assert from "node:assert/strict"
import { test } from "node:test"
import { aTask } from "../../../test/support/rows.ts"
import { compileRegistryLogin } from "./registry-logins.ts"

const task = aTask({ account: "111122223333", region: "eu-west-1" })
const login = (image: string) =>
  compileRegistryLogin({ container: { image }, task, hasExecutionRole: false, registryPort: 4566 })
const ecr = (registryId: string, region: string) => ({
  type: "ecr",
  ecrAuthData: { registryId, region, useExecutionRole: false },
})

test("an image of ECR says by its name whose registry it is in", () => {
  assert.deepEqual(login("444455556666.dkr.ecr.us-east-1.localhost:4566/app"), ecr("444455556666", "us-east-1"))
})

test("an image at our own address is in the registry of the task's account", () => {
  for (const host of ["127.0.0.1:4566", "localhost:4566"])
    assert.deepEqual(login(`${host}/team/app:v1`), ecr("111122223333", "eu-west-1"))
})

test("another registry on this machine, and every other image, needs no login of ours", () => {
  for (const image of ["127.0.0.1:5000/app", "localhost/app", "app:v1", "example.com:4566/app"])
    assert.equal(login(image), undefined, image)
})
