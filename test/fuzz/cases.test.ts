// Every case that was ever found and kept, run again: what was mended stays mended.
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { failureOf } from "./engine.ts"
import { casesOf } from "./fuzz-test.ts"
import type { Target } from "./target.ts"
import { agent } from "./targets/agent.ts"
import { body } from "./targets/body.ts"
import { certificate } from "./targets/certificates.ts"
import * as codecs from "./targets/codecs.ts"
import { definition } from "./targets/definition.ts"
import { policy } from "./targets/policy.ts"
import { lifecycle, manifest, registryHead } from "./targets/registry.ts"
import { requestTargets } from "./targets/requests.ts"
import { response } from "./targets/response.ts"
import { secretDocuments, secretNames } from "./targets/secrets.ts"
import { acs, envelope, tcs, upgrade } from "./targets/sessions.ts"
import { signatures } from "./targets/signature.ts"

const replay = <I>(target: Target<I>): string => {
  const folder = casesOf(target.name)
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    test(`${target.name} lives with ${file}`, async () => {
      assert.equal(await failureOf(target, readFileSync(new URL(file, folder))), undefined)
    })
  }
  return target.name
}

const names = new Set([
  ...Object.values(requestTargets).map(replay),
  ...Object.values(codecs).map(replay),
  ...[acs, tcs, envelope, upgrade, agent].map(replay),
  ...[manifest, lifecycle, registryHead].map(replay),
  ...[secretNames, secretDocuments].map(replay),
  replay(body),
  replay(certificate),
  replay(definition),
  replay(policy),
  replay(response),
  replay(signatures),
])

test("every folder of cases belongs to a target", () => {
  for (const folder of readdirSync(new URL("./cases/", import.meta.url))) assert.ok(names.has(folder), folder)
})
