// What names secrets and parameters, and the small documents that come with them: names, ARNs with versions, labels and JSON
// keys behind them, policies, and sealed values. What is taken must be found again under what it was taken for.
import assert from "node:assert/strict"
import { memberOf, parseAsmReference } from "../../../src/agent/execution/asm-reference.ts"
import { compileSecret } from "../../../src/fleet/compile/secrets.ts"
import { Fault, newVault, VaultError } from "../../../src/kernel/index.ts"
import { findSecret, nameMeant } from "../../../src/services/secretsmanager/lookup.ts"
import { isPublic, problemOf } from "../../../src/services/secretsmanager/policy-document.ts"
import { checkPath, newName } from "../../../src/services/ssm/checks.ts"
import { arnOf, parseReference } from "../../../src/services/ssm/names.ts"
import { policiesOf } from "../../../src/services/ssm/policies.ts"
import { parameterKey, type View } from "../../../src/state/index.ts"
import { bytesTarget, jsonWords } from "../target.ts"

const scope = { account: "123456789012", region: "us-east-1" }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (data: Uint8Array): string => new TextDecoder().decode(data)

const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf"
const parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/a/b"

/** Whether it was taken; a Fault is an answer, anything else that is thrown is a finding. */
const taken = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return undefined
  }
}

// A record of the name that is looked for last: what finds it must have named it.
const view = {
  secrets: { get: (key: string) => ({ key }), first: () => undefined },
} as unknown as View

/** Names and ARNs. */
export const secretNames = bytesTarget({
  name: "secret-names",
  corpus: [
    secret,
    `${secret}:user::`,
    `${secret}::AWSPREVIOUS:`,
    parameter,
    `${parameter}:3`,
    "/a/b:label",
    "name",
  ].map(bytes),
  words: [
    ":",
    "/",
    "-",
    "//",
    "arn:",
    "arn:aws:ssm:",
    ":secret:",
    ":parameter/",
    "aws",
    "ssm",
    " ",
    "\u0000",
    "-AbCdEf",
  ],
  keys: ["a"],
  write: (value) => bytes(typeof value === "string" ? value : (JSON.stringify(value) ?? "")),
  run: (data) => {
    const text = textOf(data)
    const name = taken(() => newName(text))
    if (name !== undefined) {
      const key = parameterKey({ ...scope, name })
      for (const form of [name, arnOf(scope, name)]) {
        const found = parseReference(form, scope)
        assert.equal(
          found && parameterKey({ ...found.scope, name: found.name }),
          key,
          `${form} names another parameter`,
        )
        assert.equal(found?.selector, undefined)
      }
      assert.equal(parseReference(`${name}:7`, scope)?.selector, "7")
      const told = compileSecret({ name: "S", valueFrom: arnOf(scope, name) }, "CONTAINER", scope)
      assert.equal(parameterKey({ ...scope, name: told.valueFrom }), key)
    }
    parseReference(text, scope)
    taken(() => checkPath(text))
    taken(() => nameMeant(text))
    findSecret(view, scope, text)
    const reference = parseAsmReference(text)
    if (reference) assert.ok(text.startsWith(reference.SecretId))
    compileSecret({ name: "S", valueFrom: text }, "CONTAINER", scope)
  },
})

const documents = [
  { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "*", Resource: "*" }] },
  [{ Type: "Expiration", Version: "1.0", Attributes: { Timestamp: "2030-01-01T00:00:00.000Z" } }],
  [{ Type: "NoChangeNotification", Version: "1.0", Attributes: { After: "20", Unit: "Days" } }],
  { user: "u", password: { nested: [1, null] } },
]
const vault = newVault(new Uint8Array(32).fill(1), (bytes) => bytes.fill(2))

/** Policies of secrets and parameters, secrets that are JSON, and sealed values. */
export const secretDocuments = bytesTarget({
  name: "secret-documents",
  corpus: [...documents.map((document) => bytes(JSON.stringify(document))), bytes(vault.seal("plain", "row"))],
  trees: documents,
  words: [...jsonWords, "Allow", "Principal", "Expiration", "Timestamp", "1.0", "v1.", `v1.${vault.keyId}.`],
  keys: [
    "Version",
    "Statement",
    "Effect",
    "Principal",
    "Action",
    "Type",
    "Attributes",
    "Timestamp",
    "user",
    "__proto__",
  ],
  write: (value) => bytes(JSON.stringify(value) ?? ""),
  run: (data) => {
    const text = textOf(data)
    if (problemOf(text) === undefined) isPublic(text)
    const read = taken(() => policiesOf(text, 0))
    if (read) assert.ok(read.policies.length <= 10 && (read.expiresAt ?? 1) > 0)
    const member = memberOf(text, "user")
    if ("value" in member) assert.equal(typeof member.value, "string")
    try {
      assert.equal(vault.open(text, "row").toString(), "plain", "what was never sealed opens")
    } catch (thrown) {
      if (!(thrown instanceof VaultError)) throw thrown
    }
  },
})
