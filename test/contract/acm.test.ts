// Certificate Manager as the SDK and the AWS CLI see it.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import {
  ACMClient,
  DescribeCertificateCommand,
  ImportCertificateCommand,
  InvalidStateException,
  paginateListCertificates,
  RequestCertificateCommand,
  ResendValidationEmailCommand,
  ResourceNotFoundException,
  waitUntilCertificateValidated,
} from "@aws-sdk/client-acm"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { certificateManager } from "../../src/services/acm/index.ts"
import { selfSignedFor } from "../support/authorities.ts"
import { type AwsEndpoint, account, awsEndpoint, region } from "../support/aws-endpoint.ts"
import { realClock } from "../support/real-clock.ts"
import { testVault } from "../support/secrets-harness.ts"

let aws: AwsEndpoint
let client: ACMClient
let runner: { stop(): void }
before(async () => {
  aws = await awsEndpoint([certificateManager({ vault: testVault() })])
  const { state, gate } = aws
  runner = startControllers({
    state,
    gate,
    clock: realClock,
    log: silentLog,
    controllers: controllers({ account, region }),
  })
  client = new ACMClient(aws.sdk)
})
after(async () => {
  client.destroy()
  runner.stop()
  await aws.close()
})

test("a requested certificate passes the SDK's waiter, and imported ones are listed page by page", async () => {
  const { CertificateArn } = await client.send(
    new RequestCertificateCommand({ DomainName: "sdk.example.com", KeyAlgorithm: "EC_prime256v1" }),
  )
  const waited = await waitUntilCertificateValidated({ client, maxWaitTime: 60, minDelay: 1 }, { CertificateArn })
  assert.equal(waited.state, "SUCCESS")
  const { Certificate: detail } = await client.send(new DescribeCertificateCommand({ CertificateArn }))
  assert.ok(detail?.NotAfter instanceof Date && detail.NotAfter.getTime() > Date.now())
  const made = selfSignedFor("ship.example.com")
  const imported = await client.send(
    new ImportCertificateCommand({ Certificate: Buffer.from(made.certificate), PrivateKey: Buffer.from(made.key) }),
  )
  const arns: (string | undefined)[] = []
  const Includes = { keyTypes: ["EC_prime256v1" as const] }
  for await (const page of paginateListCertificates({ client, pageSize: 1 }, { Includes })) {
    arns.push(...(page.CertificateSummaryList ?? []).map((one) => one.CertificateArn))
  }
  assert.deepEqual(arns, [CertificateArn, imported.CertificateArn])
})

test("errors are the SDK's own classes", async () => {
  const CertificateArn = `arn:aws:acm:${region}:${account}:certificate/00000000-0000-4000-8000-000000000000`
  await assert.rejects(client.send(new DescribeCertificateCommand({ CertificateArn })), ResourceNotFoundException)
  const made = await client.send(
    new RequestCertificateCommand({ DomainName: "mail.example.com", KeyAlgorithm: "EC_prime256v1" }),
  )
  const resend = {
    ...made,
    CertificateArn: made.CertificateArn,
    Domain: "mail.example.com",
    ValidationDomain: "example.com",
  }
  await assert.rejects(client.send(new ResendValidationEmailCommand(resend)), InvalidStateException)
})

// Each start of the CLI takes seconds on a busy machine.
test("the AWS CLI imports a certificate, reads it back and deletes it", { timeout: 300_000 }, async () => {
  const made = selfSignedFor("cli.example.com")
  const folder = mkdtempSync(join(tmpdir(), "roadstead-acm-"))
  after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, "cert.pem"), made.certificate)
  writeFileSync(join(folder, "key.pem"), made.key)
  const run = async (...args: readonly string[]) => {
    const { code, json, stderr } = await aws.cli("acm", ...args)
    assert.equal(code, 0, stderr)
    return json as Record<string, string>
  }
  const files = ["--certificate", `fileb://${folder}/cert.pem`, "--private-key", `fileb://${folder}/key.pem`]
  const { CertificateArn = "" } = await run("import-certificate", ...files)
  const got = await run("get-certificate", "--certificate-arn", CertificateArn)
  assert.equal(got.Certificate, made.certificate)
  await run("delete-certificate", "--certificate-arn", CertificateArn)
  const gone = await aws.cli("acm", "describe-certificate", "--certificate-arn", CertificateArn)
  assert.match(gone.stderr, /\(ResourceNotFoundException\).*Could not find certificate arn:aws:acm:/)
})
