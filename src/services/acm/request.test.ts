import assert from "node:assert/strict"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { test } from "node:test"
import { textOf, verify } from "../../../test/support/authorities.ts"
import { certificatesHarness, scope, testVault } from "../../../test/support/secrets-harness.ts"
import { openCertificateKey } from "../../state/index.ts"

const day = 24 * 60 * 60 * 1000
const ec = { KeyAlgorithm: "EC_prime256v1" } as const

test("a requested certificate is issued for all its names by an authority that openssl accepts", async () => {
  const { call, clock, state } = certificatesHarness(Date.UTC(2026, 2, 4, 5))
  const { CertificateArn } = await call("RequestCertificate", {
    DomainName: "Example.com",
    SubjectAlternativeNames: ["*.example.com", "example.com"],
    ValidationMethod: "DNS",
    ...ec,
  })
  await clock.settle()
  const { Certificate: detail } = await call("DescribeCertificate", { CertificateArn })
  assert.equal(detail?.Status, "ISSUED")
  assert.deepEqual(detail.SubjectAlternativeNames, ["example.com", "*.example.com"])
  assert.deepEqual([detail.NotBefore, detail.NotAfter], [new Date("2026-03-04"), new Date("2027-04-02T23:59:59Z")])
  assert.deepEqual([detail.Issuer, detail.Subject, detail.Type], ["Roadstead", "CN=example.com", "AMAZON_ISSUED"])
  assert.deepEqual([detail.KeyAlgorithm, detail.SignatureAlgorithm], ["EC_prime256v1", "SHA256WITHECDSA"])
  assert.deepEqual(detail.KeyUsages, [{ Name: "DIGITAL_SIGNATURE" }])
  const { Certificate = "", CertificateChain = "" } = await call("GetCertificate", { CertificateArn })
  const read = new X509Certificate(Certificate)
  assert.ok(read.checkHost("a.example.com") && !read.checkHost("a.b.example.com"))
  assert.ok(read.checkIssued(new X509Certificate(CertificateChain)))
  assert.equal(detail.Serial?.replaceAll(":", ""), read.serialNumber.toLowerCase())
  const row = state.view((view) => view.certificates.get(CertificateArn ?? ""))
  assert.ok(row && !JSON.stringify(row).includes("PRIVATE KEY"))
  assert.ok(read.checkPrivateKey(createPrivateKey(openCertificateKey(testVault(), row) ?? "")))
})

test("openssl verifies what is issued, strictly, by its root and for its names", async () => {
  const { call, clock } = certificatesHarness(Date.now())
  const { CertificateArn } = await call("RequestCertificate", { DomainName: "*.ship.localhost", ...ec })
  await clock.settle()
  const { Certificate = "", CertificateChain = "" } = await call("GetCertificate", { CertificateArn })
  assert.equal(verify(CertificateChain, Certificate, "sea.ship.localhost"), "cert.pem: OK")
  assert.match(textOf(Certificate), /Basic Constraints: critical\s+CA:FALSE[\s\S]*TLS Web Server Authentication/)
  assert.match(textOf(CertificateChain), /CA:TRUE, pathlen:0[\s\S]*Certificate Sign, CRL Sign/)
})

test("a certificate of a later year is dated in four digits, and a long name stands in the alternative names alone", async () => {
  const { call, clock } = certificatesHarness(Date.UTC(2049, 6, 1))
  const DomainName = `${"a".repeat(60)}.${"b".repeat(60)}.example.com`
  const { CertificateArn } = await call("RequestCertificate", { DomainName, ...ec })
  await clock.settle()
  const { Certificate = "" } = await call("GetCertificate", { CertificateArn })
  assert.match(
    textOf(Certificate),
    /Not After : Jul 30 23:59:59 2050[\s\S]*Subject: *\n[\s\S]*Alternative Name: critical/,
  )
})

test("until it is issued a certificate shows how it is validated, and nothing of itself", async () => {
  const { call, state } = certificatesHarness()
  const { CertificateArn } = await call("RequestCertificate", {
    DomainName: "a.example.com",
    DomainValidationOptions: [{ DomainName: "a.example.com", ValidationDomain: "example.com" }],
    ...ec,
  })
  state.transact((tx) => tx.certificates.patch(CertificateArn ?? "", { status: "PENDING_VALIDATION" }))
  // Both look before the controller does.
  const looks = [call("DescribeCertificate", { CertificateArn }), call("GetCertificate", { CertificateArn })] as const
  await assert.rejects(looks[1], { code: "RequestInProgressException" })
  const { Certificate: detail } = await looks[0]
  assert.deepEqual([detail?.Status, detail?.Serial, detail?.NotAfter], ["PENDING_VALIDATION", undefined, undefined])
  const [validation] = detail?.DomainValidationOptions ?? []
  assert.deepEqual(
    [validation?.ValidationStatus, validation?.ValidationMethod, validation?.ValidationEmails?.[0]],
    ["PENDING_VALIDATION", "EMAIL", "admin@example.com"],
  )
})

test("a name and its wildcard are validated by the same record in an account, another name by another", async () => {
  const { call } = certificatesHarness()
  const { CertificateArn } = await call("RequestCertificate", {
    DomainName: "a.example.com",
    SubjectAlternativeNames: ["*.a.example.com", "b.example.com"],
    ValidationMethod: "DNS",
    ...ec,
  })
  const { Certificate: detail } = await call("DescribeCertificate", { CertificateArn })
  const [name, wildcard, other] = detail?.DomainValidationOptions?.map(({ ResourceRecord }) => ResourceRecord) ?? []
  assert.match(name?.Name ?? "", /^_[0-9a-f]{32}\.a\.example\.com\.$/)
  assert.match(name?.Value ?? "", /^_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.$/)
  assert.deepEqual(wildcard, name)
  assert.notEqual(other?.Value, name?.Value)
})

test("the same token within an hour is the same request", async () => {
  const { call, clock } = certificatesHarness()
  const request = { DomainName: "a.example.com", IdempotencyToken: "t1", ...ec }
  const [first, second] = await Promise.all([call("RequestCertificate", request), call("RequestCertificate", request)])
  assert.equal(second.CertificateArn, first.CertificateArn)
  const other = await call("RequestCertificate", { ...request, DomainName: "b.example.com" })
  assert.notEqual(other.CertificateArn, first.CertificateArn)
  await clock.advance(day)
  assert.notEqual((await call("RequestCertificate", request)).CertificateArn, first.CertificateArn)
})

test("RSA keys are 2,048 bits and may encipher keys", async () => {
  const { call, clock } = certificatesHarness()
  const { CertificateArn } = await call("RequestCertificate", { DomainName: "rsa.example.com" })
  await clock.settle()
  const { Certificate: detail } = await call("DescribeCertificate", { CertificateArn })
  assert.deepEqual(
    [detail?.KeyAlgorithm, detail?.KeyUsages],
    ["RSA_2048", [{ Name: "DIGITAL_SIGNATURE" }, { Name: "KEY_ENCIPHERMENT" }]],
  )
})

test("what cannot be issued is refused, and no certificate is made", async () => {
  const { call, refuses, state } = certificatesHarness()
  const pattern = "(\\*\\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])"
  for (const name of ["localhost", "a.*.example.com", "-a.example.com", "a_b.example.com"]) {
    await refuses(
      "RequestCertificate",
      { DomainName: name },
      "ValidationException",
      `1 validation error detected: Value '${name}' at 'domainName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
    )
  }
  const wrong = { DomainName: "a.example.com" }
  await assert.rejects(call("RequestCertificate", { ...wrong, KeyAlgorithm: "RSA_4096" }), {
    code: "ValidationException",
  })
  await assert.rejects(call("RequestCertificate", { ...wrong, ManagedBy: "CLOUDFRONT" }), { code: "NotImplemented" })
  const options = [{ DomainName: "a.example.com", ValidationDomain: "other.com" }]
  await assert.rejects(call("RequestCertificate", { ...wrong, DomainValidationOptions: options }), {
    code: "InvalidDomainValidationOptionsException",
  })
  assert.equal(
    state.view((view) => view.certificates.size),
    0,
  )
})

test("a certificate in use is renewed sixty days before its end, one that is not expires", async () => {
  const start = Date.UTC(2026, 0, 1)
  const { call, clock, state } = certificatesHarness(start)
  const request = async (DomainName: string) =>
    (await call("RequestCertificate", { DomainName, ...ec })).CertificateArn ?? ""
  const [used, unused] = [await request("used.example.com"), await request("unused.example.com")]
  state.transact((tx) => {
    const arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2"
    tx.listeners.insert({
      ...{ ...scope, arn, loadBalancerArn: "arn:a", port: 443, protocol: "HTTPS", certificates: [used] },
      ...{ tags: [], defaultRuleArn: "arn:rule", defaultActions: [], attributes: {}, createdAt: 0 },
    })
  })
  await clock.settle()
  const about = async (CertificateArn: string) => (await call("DescribeCertificate", { CertificateArn })).Certificate
  const before = await about(used)
  assert.deepEqual([before?.InUseBy, before?.RenewalEligibility], [["arn:a"], "ELIGIBLE"])
  await clock.advance(396 * day)
  const renewed = await about(used)
  assert.equal(renewed?.RenewalSummary?.RenewalStatus, "SUCCESS")
  assert.notEqual(renewed?.Serial, before?.Serial)
  assert.deepEqual([renewed?.Status, renewed?.NotAfter], ["ISSUED", new Date(start + (334 + 395) * day - 1000)])
  assert.equal((await about(unused))?.Status, "EXPIRED")
})
