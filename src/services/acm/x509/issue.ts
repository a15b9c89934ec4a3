// X.509 certificates as RFC 5280 writes them, signed with a key of an elliptic curve: Node reads certificates, and makes none.
import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto"
import { bits, element, elements, integer, octets, oid, sequence, set, time, utf8, yes } from "./der.ts"

/** Who signs. */
export interface Issuer {
  /** DER of its name, as it stands in its certificate. */
  readonly name: Buffer
  readonly key: KeyObject
}

/** What is to be certified. */
export interface Subject {
  /** DER of a name; see {@link nameOf}. */
  readonly name: Buffer
  readonly publicKey: KeyObject
  /** 32 hexadecimal digits of chance. */
  readonly serial: string
  readonly notBefore: number
  readonly notAfter: number
  /** Names of hosts; none of an authority. */
  readonly hosts?: readonly string[]
}

const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"))
const attributes = { CN: "2.5.4.3", O: "2.5.4.10" } as const

/** The DER of `{ O: "…", CN: "…" }`. */
export const nameOf = (parts: { readonly [K in keyof typeof attributes]?: string }): Buffer =>
  sequence(
    ...(["O", "CN"] as const).flatMap((key) => {
      const value = parts[key]
      return value === undefined ? [] : [set(sequence(oid(attributes[key]), utf8(value)))]
    }),
  )

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [yes()] : []), octets(value))

const spki = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" })

/** RFC 5280 section 4.2.1.2: the SHA-1 of the bits of the key. */
const keyIdOf = (key: KeyObject): Buffer => {
  const [outer] = elements(spki(key))
  const [, keyBits] = elements(outer?.body ?? Buffer.alloc(0))
  return createHash("sha1")
    .update(keyBits?.body.subarray(1) ?? Buffer.alloc(0))
    .digest()
}

/** The bits of KeyUsage: digitalSignature 0, keyEncipherment 2, keyCertSign 5, cRLSign 6. */
const usage = (...on: readonly number[]): Buffer => {
  const byte = on.reduce((all, bit) => all | (0x80 >> bit), 0)
  return bits(Buffer.from([byte]), 7 - Math.max(...on))
}

const hostExtensions = ({ hosts = [], publicKey, name }: Subject): readonly Buffer[] => [
  extension("2.5.29.19", sequence(), true),
  extension("2.5.29.15", publicKey.asymmetricKeyType === "rsa" ? usage(0, 2) : usage(0), true),
  // serverAuth alone: AWS's public certificates are no longer for clients.
  extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))),
  // Critical where there is no name beside it: RFC 5280 section 4.2.1.6.
  extension(
    "2.5.29.17",
    sequence(...hosts.map((host) => element(0x82, Buffer.from(host)))),
    elements(name)[0]?.body.length === 0,
  ),
]

const authorityExtensions = (): readonly Buffer[] => [
  extension("2.5.29.19", sequence(yes(), integer(Buffer.from([0]))), true),
  extension("2.5.29.15", usage(5, 6), true),
]

/** A positive number of 16 bytes, of which the first is not 0. */
const serialOf = (hex: string): Buffer => {
  const bytes = Buffer.from(hex, "hex")
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return integer(bytes)
}

/** The certificate as PEM. */
export const issue = (subject: Subject, issuer: Issuer): string => {
  const extensions = sequence(
    ...(subject.hosts ? hostExtensions(subject) : authorityExtensions()),
    extension("2.5.29.14", octets(keyIdOf(subject.publicKey))),
    extension("2.5.29.35", sequence(element(0x80, keyIdOf(createPublicKey(issuer.key))))),
  )
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    serialOf(subject.serial),
    ecdsaWithSha256,
    issuer.name,
    sequence(time(subject.notBefore), time(subject.notAfter)),
    subject.name,
    spki(subject.publicKey),
    element(0xa3, extensions),
  )
  return pem(sequence(body, ecdsaWithSha256, bits(sign("sha256", body, issuer.key))))
}

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/(.{64})(?=.)/g, "$1\n")}\n-----END CERTIFICATE-----\n`
