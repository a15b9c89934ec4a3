import assert from "node:assert/strict"
import { createPrivateKey } from "node:crypto"
import { before, test } from "node:test"
import { type Made, selfSignedFor, signedBy } from "../../../test/support/authorities.ts"
import { certificatesHarness, scope } from "../../../test/support/secrets-harness.ts"

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const arnOf = (id: string) => `arn:aws:acm:${scope.region}:${scope.account}:certificate/${id}`

let alone: Made
let root: Made
let middle: Made
let leaf: Made
before(() => {
  alone = selfSignedFor("ship.example.com")
  root = selfSignedFor("root.example.com")
  middle = signedBy(root, "middle.example.com", true)
  leaf = signedBy(middle, "leaf.example.com")
})

const harness = () => {
  const made = certificatesHarness(Date.now())
  const pair = ({ certificate, key }: Made) => ({ Certificate: bytes(certificate), PrivateKey: bytes(key) })
  return { ...made, pair }
}

test("an imported certificate is described by what stands in it", async () => {
  const { call, pair } = harness()
  const { CertificateArn } = await call("ImportCertificate", { ...pair(alone), Tags: [{ Key: "a", Value: "b" }] })
  const { Certificate: detail } = await call("DescribeCertificate", { CertificateArn })
  assert.deepEqual(
    [detail?.DomainName, detail?.SubjectAlternativeNames, detail?.Subject, detail?.Issuer],
    ["ship.example.com", ["ship.example.com", "www.ship.example.com"], "C=DE,O=Ship,CN=ship.example.com", "Ship"],
  )
  assert.deepEqual(
    [detail?.Type, detail?.Status, detail?.KeyAlgorithm, detail?.RenewalEligibility, detail?.KeyUsages],
    ["IMPORTED", "ISSUED", "EC_prime256v1", "INELIGIBLE", [{ Name: "ANY" }]],
  )
  assert.ok(detail?.ImportedAt && !detail.DomainValidationOptions)
  const got = await call("GetCertificate", { CertificateArn })
  assert.deepEqual(got, { Certificate: alone.certificate })
  assert.deepEqual(await call("ListTagsForCertificate", { CertificateArn }), { Tags: [{ Key: "a", Value: "b" }] })
})

test("a certificate with its chain is taken in the order of signing only", async () => {
  const { call, pair, refuses } = harness()
  const chain = (...made: readonly Made[]) => ({
    CertificateChain: bytes(made.map((one) => one.certificate).join("\n")),
  })
  const { CertificateArn } = await call("ImportCertificate", { ...pair(leaf), ...chain(middle, root) })
  const got = await call("GetCertificate", { CertificateArn })
  assert.equal(got.CertificateChain, middle.certificate + root.certificate)
  const refused = (input: object, message: string) =>
    refuses("ImportCertificate", { ...pair(leaf), ...input }, "ValidationException", message)
  await refused(
    chain(root, middle),
    "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: -1",
  )
  await refused(chain(root), "Could not validate the certificate with the certificate chain.")
  await refused(
    {},
    "Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or certificate chain.",
  )
})

test("a key of another certificate, two certificates, and what is none are refused, and nothing is kept", async () => {
  const { pair, refuses, state, clock } = harness()
  const refused = (input: object, message: string) =>
    refuses("ImportCertificate", { ...pair(alone), ...input }, "ValidationException", message)
  await refused({ PrivateKey: bytes(root.key) }, "The private key does not match the certificate.")
  await refused(
    { Certificate: bytes(alone.certificate + root.certificate) },
    "The certificate field contains more than one certificate. You can specify only one certificate in this field.",
  )
  await refused({ Certificate: bytes("no") }, "The certificate is not PEM-encoded or is not valid.")
  await refused({ PrivateKey: bytes("no") }, "The private key is not PEM-encoded or is not valid.")
  await refused(
    { PrivateKey: bytes("x".repeat(5121)) },
    "1 validation error detected: Value at 'privateKey' failed to satisfy constraint: Member must have length less than or equal to 5120",
  )
  await clock.advance(31 * 24 * 60 * 60 * 1000)
  await refused({}, "The certificate has expired, is not valid.")
  assert.equal(
    state.view((view) => view.certificates.size),
    0,
  )
})

test("a certificate is imported again under its ARN, with its tags", async () => {
  const { call, pair } = harness()
  const { CertificateArn } = await call("ImportCertificate", { ...pair(alone), Tags: [{ Key: "a", Value: "b" }] })
  assert.deepEqual(await call("ImportCertificate", { ...pair(root), CertificateArn }), { CertificateArn })
  const { Certificate: detail } = await call("DescribeCertificate", { CertificateArn })
  assert.equal(detail?.DomainName, "root.example.com")
  assert.equal((await call("ListTagsForCertificate", { CertificateArn })).Tags?.length, 1)
  const issued = await call("RequestCertificate", { DomainName: "a.example.com", KeyAlgorithm: "EC_prime256v1" })
  await assert.rejects(call("ImportCertificate", { ...pair(root), ...issued }), { code: "ValidationException" })
})

test("a certificate that a load balancer uses is not deleted", async () => {
  const { call, pair, refuses, state } = harness()
  const { CertificateArn = "" } = await call("ImportCertificate", pair(alone))
  const key = `classic/${scope.account}/${scope.region}/old`
  state.transact((tx) =>
    tx.classicLoadBalancers.insert({
      ...{ ...scope, name: "old", tags: [], scheme: "internet-facing", dnsName: "old.localhost", vpcId: "vpc-1" },
      ...{ subnets: [], securityGroups: [], policies: [], backendPolicies: [], attributes: {}, createdAt: 0 },
      status: { code: "provisioning" },
      healthCheck: {
        target: "TCP:80",
        intervalSeconds: 30,
        timeoutSeconds: 5,
        unhealthyThreshold: 2,
        healthyThreshold: 10,
      },
      listeners: [
        {
          ...{ port: 443, protocol: "HTTPS", instancePort: 80 },
          instanceProtocol: "HTTP",
          certificate: CertificateArn,
          policies: [],
        },
      ],
    }),
  )
  const { Certificate: detail } = await call("DescribeCertificate", { CertificateArn })
  assert.deepEqual(detail?.InUseBy, [`arn:aws:elasticloadbalancing:us-east-1:${scope.account}:loadbalancer/old`])
  const inUse = `Certificate ${CertificateArn} in account ${scope.account} is in use.`
  await refuses("DeleteCertificate", { CertificateArn }, "ResourceInUseException", inUse)
  state.transact((tx) => tx.classicLoadBalancers.delete(key))
  await call("DeleteCertificate", { CertificateArn })
  const gone = `Could not find certificate ${CertificateArn} in account ${scope.account}.`
  await refuses("DescribeCertificate", { CertificateArn }, "ResourceNotFoundException", gone)
})

test("a list shows RSA certificates unless others are asked for, page by page", async () => {
  const { call, pair, clock } = harness()
  const first = await call("ImportCertificate", pair(alone))
  const second = await call("RequestCertificate", { DomainName: "b.example.com", KeyAlgorithm: "EC_secp384r1" })
  const rsa = await call("RequestCertificate", { DomainName: "c.example.com" })
  await clock.settle()
  const arns = async (input: Parameters<typeof call<"ListCertificates">>[1]) => {
    const { CertificateSummaryList, NextToken } = await call("ListCertificates", input)
    return { arns: CertificateSummaryList?.map(({ CertificateArn }) => CertificateArn), NextToken }
  }
  assert.deepEqual((await arns({})).arns, [rsa.CertificateArn])
  const Includes = { keyTypes: ["EC_prime256v1", "EC_secp384r1"] } as const
  const page = await arns({ Includes: { keyTypes: [...Includes.keyTypes] }, MaxItems: 1 })
  assert.deepEqual(page.arns, [first.CertificateArn])
  const rest = await arns({ Includes: { keyTypes: [...Includes.keyTypes] }, NextToken: page.NextToken })
  assert.deepEqual(rest, { arns: [second.CertificateArn], NextToken: undefined })
  const pending = await arns({ CertificateStatuses: ["PENDING_VALIDATION"] })
  assert.deepEqual(pending.arns, [])
  const enciphering = await arns({ Includes: { keyUsage: ["KEY_ENCIPHERMENT"] } })
  assert.deepEqual(enciphering.arns, [rsa.CertificateArn])
  await assert.rejects(arns({ SortBy: "CREATED_AT" }), { code: "ValidationException" })
})

test("only what was requested to be exportable gives its key away, encrypted", async () => {
  const { call, clock } = harness()
  const request = { DomainName: "a.example.com", KeyAlgorithm: "EC_prime256v1" } as const
  const kept = await call("RequestCertificate", request)
  const open = await call("RequestCertificate", { ...request, Options: { Export: "ENABLED" } })
  await clock.settle()
  const Passphrase = bytes("correct horse")
  await assert.rejects(call("ExportCertificate", { ...kept, CertificateArn: kept.CertificateArn, Passphrase }), {
    message: `Certificate ARN: ${kept.CertificateArn} is not a private certificate`,
  })
  const { PrivateKey = "" } = await call("ExportCertificate", { CertificateArn: open.CertificateArn, Passphrase })
  assert.match(PrivateKey, /BEGIN ENCRYPTED PRIVATE KEY/)
  assert.equal(createPrivateKey({ key: PrivateKey, passphrase: "correct horse" }).asymmetricKeyType, "ec")
})

test("tags are changed by key, and by value where one is given", async () => {
  const { call, pair } = harness()
  const made = await call("ImportCertificate", { ...pair(alone), Tags: [{ Key: "a", Value: "1" }, { Key: "b" }] })
  const CertificateArn = made.CertificateArn
  await call("AddTagsToCertificate", { CertificateArn, Tags: [{ Key: "a", Value: "2" }] })
  await call("RemoveTagsFromCertificate", { CertificateArn, Tags: [{ Key: "a", Value: "1" }, { Key: "b" }] })
  assert.deepEqual((await call("ListTagsForCertificate", { CertificateArn })).Tags, [{ Key: "a", Value: "2" }])
  await assert.rejects(call("AddTagsToCertificate", { CertificateArn, Tags: [{ Key: "aws:x" }] }), {
    code: "InvalidTagException",
  })
})

test("options are changed where AWS changes them, and no message is sent again", async () => {
  const { call, clock } = harness()
  const { CertificateArn } = await call("RequestCertificate", {
    DomainName: "a.example.com",
    KeyAlgorithm: "EC_prime256v1",
  })
  await clock.settle()
  const Options = { CertificateTransparencyLoggingPreference: "DISABLED" } as const
  await call("UpdateCertificateOptions", { CertificateArn, Options })
  const { Certificate: detail } = await call("DescribeCertificate", { CertificateArn })
  assert.deepEqual(detail?.Options, { ...Options, Export: "DISABLED" })
  const resend = { CertificateArn, Domain: "a.example.com", ValidationDomain: "example.com" }
  await assert.rejects(call("ResendValidationEmail", resend), { code: "InvalidStateException" })
})

test("an ARN that is none, and one of nobody, are refused in AWS's words", async () => {
  const { call, refuses } = harness()
  await assert.rejects(call("DescribeCertificate", { CertificateArn: "arn:aws:iam::1:role/x-long-enough" }), {
    code: "ValidationException",
  })
  const CertificateArn = arnOf("00000000-0000-4000-8000-000000000000")
  const message = `Could not find certificate ${CertificateArn} in account ${scope.account}.`
  await refuses("GetCertificate", { CertificateArn }, "ResourceNotFoundException", message)
})
