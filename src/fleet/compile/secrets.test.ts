// Secrets as agents are told of them.
import assert from "node:assert/strict"
import { test } from "node:test"
import { compileSecret } from "./secrets.ts"

const scope = { account: "123456789012", region: "us-east-1" }
const compiled = (valueFrom: string) => {
  const { valueFrom: told, provider, region } = compileSecret({ name: "S", valueFrom }, "CONTAINER", scope)
  return [told, provider, region]
}

test("a parameter is told by its name, as the Parameter Store answers it, and another account's by ARN", () => {
  assert.deepEqual(compiled("flag"), ["flag", "ssm", "us-east-1"])
  assert.deepEqual(compiled("/app/flag"), ["/app/flag", "ssm", "us-east-1"])
  assert.deepEqual(compiled("arn:aws:ssm:eu-west-1:123456789012:parameter/flag"), ["flag", "ssm", "eu-west-1"])
  assert.deepEqual(compiled("arn:aws:ssm:us-east-1:123456789012:parameter/app/flag"), ["/app/flag", "ssm", "us-east-1"])
  const shared = "arn:aws:ssm:us-east-1:999999999999:parameter/app/flag"
  assert.deepEqual(compiled(shared), [shared, "ssm", "us-east-1"])
})

test("a secret is told whole: the agent takes it apart", () => {
  const secret = "arn:aws:secretsmanager:us-west-2:123456789012:secret:db-AbCdEf:user:AWSCURRENT:"
  assert.deepEqual(compiled(secret), [secret, "asm", "us-west-2"])
})
