// What lies on disk and in the log while secrets are made and read: ciphertext alone. A control plane of its own on a data
// folder of its own, killed in the middle, so that the write-ahead log is looked through too.
import assert from "node:assert/strict"
import { X509Certificate } from "node:crypto"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import {
  ACMClient,
  GetCertificateCommand,
  RequestCertificateCommand,
  waitUntilCertificateValidated,
} from "@aws-sdk/client-acm"
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager"
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm"
import { startLoneControlPlane } from "../support/lone-control-plane.ts"

const marker = "MARKER-8f3b1c-plain-value"
/** The value as it could lie in a file. */
const forms = [marker, Buffer.from(marker).toString("base64").slice(0, 30), Buffer.from(marker).toString("hex")]

const sdkOf = (port: number) => ({
  endpoint: `http://127.0.0.1:${port}`,
  region: "us-east-1",
  credentials: { accessKeyId: "000000000000", secretAccessKey: "x" },
  maxAttempts: 1,
})

const clientsOf = (port: number) => {
  const sdk = sdkOf(port)
  return { secrets: new SecretsManagerClient(sdk), parameters: new SSMClient(sdk) }
}

const assertPlainNowhere = (folder: string, plain: readonly (string | Buffer)[] = forms): void => {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, file)
    if (!statSync(path).isFile()) continue
    const bytes = readFileSync(path)
    for (const form of plain) assert.ok(!bytes.includes(form), `${file} holds the plain value`)
  }
}

test("secrets and parameters are ciphertext in the database, its log and what is printed, and refuse another key", async (t) => {
  const data = mkdtempSync(join(tmpdir(), "roadstead-rest-"))
  t.after(() => rmSync(data, { recursive: true }))
  const first = await startLoneControlPlane(data)
  const { secrets, parameters } = clientsOf(first.port)
  t.after(() => [secrets, parameters].map((client) => client.destroy()))
  await secrets.send(new CreateSecretCommand({ Name: "a", SecretString: `{"password":"${marker}"}` }))
  await secrets.send(new PutSecretValueCommand({ SecretId: "a", SecretBinary: Buffer.from(marker) }))
  for (const Type of ["String", "SecureString"] as const) {
    await parameters.send(new PutParameterCommand({ Name: `/${Type}`, Value: marker, Type }))
  }
  // Refused with the value in it: neither the error nor the log repeats it.
  const broken = [
    secrets.send(new CreateSecretCommand({ Name: "a", SecretString: marker })),
    parameters.send(new PutParameterCommand({ Name: "/x", Value: marker, Type: "String", AllowedPattern: "^[0-9]$" })),
    parameters.send(new PutParameterCommand({ Name: "/x", Value: marker.repeat(400), Type: "String" })),
  ]
  for (const refused of await Promise.allSettled(broken)) {
    assert.equal(refused.status, "rejected")
    assert.ok(!String(refused.status === "rejected" && refused.reason).includes(marker))
  }
  const wal = join(data, "state.sqlite-wal")
  assert.ok(existsSync(wal) && statSync(wal).size > 0, "the write-ahead log is there to be looked through")
  assert.equal(statSync(join(data, "data-key")).mode & 0o777, 0o600)
  assertPlainNowhere(data)
  await first.stop()
  assertPlainNowhere(data)

  const second = await startLoneControlPlane(data)
  const again = clientsOf(second.port)
  t.after(() => [again.secrets, again.parameters].map((client) => client.destroy()))
  const value = await again.secrets.send(new GetSecretValueCommand({ SecretId: "a" }))
  assert.equal(Buffer.from(value.SecretBinary ?? []).toString(), marker)
  const parameter = await again.parameters.send(
    new GetParameterCommand({ Name: "/SecureString", WithDecryption: true }),
  )
  assert.equal(parameter.Parameter?.Value, marker)
  await second.stop()

  rmSync(join(data, "data-key"))
  await assert.rejects(startLoneControlPlane(data), /data-key is missing.*Restore the file/)
})

/** A PKCS #8 file with a key of P-256 begins so, in PEM and in DER. */
const keyBegins = ["MIGHAgEAMBMGByqGSM49", Buffer.from("MIGHAgEAMBMGByqGSM49", "base64")]

test("keys of certificates and of the authority that issues them are nowhere in plain, and its root stays the same", async (t) => {
  const data = mkdtempSync(join(tmpdir(), "roadstead-rest-"))
  t.after(() => rmSync(data, { recursive: true }))
  const start = async () => {
    const running = await startLoneControlPlane(data)
    t.after(() => running.stop())
    return running
  }
  const rootOf = async (port: number) => (await fetch(`http://127.0.0.1:${port}/_roadstead/ca.pem`)).text()
  const first = await start()
  const root = await rootOf(first.port)
  const read = new X509Certificate(root)
  assert.ok(read.ca && read.verify(read.publicKey))
  const client = new ACMClient(sdkOf(first.port))
  t.after(() => client.destroy())
  const made = await client.send(
    new RequestCertificateCommand({ DomainName: "*.ship.localhost", KeyAlgorithm: "EC_prime256v1" }),
  )
  const certificate = { CertificateArn: made.CertificateArn }
  await waitUntilCertificateValidated({ client, maxWaitTime: 60, minDelay: 1 }, certificate)
  const { Certificate = "", CertificateChain } = await client.send(new GetCertificateCommand(certificate))
  assert.equal(CertificateChain, root)
  assert.ok(new X509Certificate(Certificate).verify(read.publicKey))
  assertPlainNowhere(data, keyBegins)
  await first.stop()
  assert.equal(await rootOf((await start()).port), root)
})
