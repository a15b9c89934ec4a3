// Certificates that sign themselves, for 127.0.0.1 and localhost unless told otherwise, made anew for each test: no key of
// any kind lies about.
import { generateKeyPairSync, sign } from "node:crypto"

/** One element of DER. */
const der = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents)
  const size = body.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const sequence = (...contents: readonly Uint8Array[]) => der(0x30, ...contents)
const oid = (...bytes: readonly number[]) => der(0x06, Buffer.from(bytes))
const text = (value: string) => der(0x0c, Buffer.from(value))
const time = (at: Date) => der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`))

const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
const rsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b), der(0x05))
const commonName = oid(0x55, 0x04, 0x03)
const basicConstraints = oid(0x55, 0x1d, 0x13)
const subjectAltName = oid(0x55, 0x1d, 0x11)
const day = 24 * 3600 * 1000

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface CertificateWishes {
  /** DNS names, the first of which is the subject's too. */
  readonly names?: readonly string[]
  readonly key?: "ec" | "rsa"
}

const newKeys = (type: "ec" | "rsa") =>
  type === "ec"
    ? generateKeyPairSync("ec", { namedCurve: "prime256v1" })
    : generateKeyPairSync("rsa", { modulusLength: 2048 })

export const selfSigned = (now = Date.now(), { names: asked, key = "ec" }: CertificateWishes = {}): Certificate => {
  const { publicKey, privateKey } = newKeys(key)
  const algorithm = key === "ec" ? ecdsaWithSha256 : rsaWithSha256
  const name = sequence(der(0x31, sequence(commonName, text(asked?.[0] ?? "roadstead.test"))))
  const names = sequence(
    ...(asked ?? ["localhost"]).map((one) => der(0x82, Buffer.from(one))),
    der(0x87, Buffer.from([127, 0, 0, 1])),
  )
  const extensions = sequence(
    sequence(basicConstraints, der(0x04, sequence(der(0x01, Buffer.from([0xff]))))),
    sequence(subjectAltName, der(0x04, names)),
  )
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(new Date(now - day)), time(new Date(now + day))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  )
  const signature = der(0x03, Buffer.from([0]), sign("sha256", body, privateKey))
  const base64 = sequence(body, algorithm, signature).toString("base64")
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/(.{64})(?=.)/g, "$1\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  }
}
