// The authority of this data folder, which issues what is requested here: made once, its key sealed in the records. Nobody
// trusts it who was not told to; users fetch its root at /_roadstead/ca.pem.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto"
import type { Ids, Vault } from "../../kernel/index.ts"
import type { Tx } from "../../state/index.ts"
import { elements } from "./x509/der.ts"
import { type Issuer, issue, nameOf } from "./x509/issue.ts"

const setting = "acm/authority"
const identity = "certificate authority"
const day = 24 * 60 * 60 * 1000
/** AWS: certificates of ACM are valid for 13 months (395 days). */
const validity = 395 * day
const rootValidity = 20 * 365 * day

interface Stored {
  /** PEM. */
  readonly certificate: string
  readonly sealedKey: string
}

/** What an authority is made and used with. */
export interface AuthorityCx {
  readonly tx: Tx
  readonly ids: Ids
  /** Certificates speak of the time of the wall clock. */
  readonly wallNow: number
}

const beginOfDay = (at: number): number => at - (at % day)

const make = ({ tx, ids, wallNow }: AuthorityCx, vault: Vault): Stored => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  // Several of them may come to stand in one list of trusted roots.
  const name = nameOf({ O: "Roadstead", CN: `Roadstead local CA ${ids.hex(8)}` })
  const notBefore = beginOfDay(wallNow)
  const times = { notBefore, notAfter: notBefore + rootValidity }
  const certificate = issue({ name, publicKey, serial: ids.hex(32), ...times }, { name, key: privateKey })
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
  const stored: Stored = { certificate, sealedKey: vault.seal(pem, identity) }
  tx.settings.put({ name: setting, value: JSON.stringify(stored) })
  return stored
}

const storedOf = (cx: AuthorityCx, vault: Vault): Stored => {
  const known = cx.tx.settings.get(setting)?.value
  return known === undefined ? make(cx, vault) : (JSON.parse(known) as Stored)
}

/** The root's certificate as PEM; the authority is made when there is none yet. */
export const rootCertificate = (cx: AuthorityCx, vault: Vault): string => storedOf(cx, vault).certificate

const issuerOf = ({ certificate, sealedKey }: Stored, vault: Vault): Issuer => {
  const [whole] = elements(new X509Certificate(certificate).raw)
  const [body] = elements(whole?.body ?? Buffer.alloc(0))
  // version, serialNumber, signature, issuer, validity, subject: RFC 5280 section 4.1.
  const name = elements(body?.body ?? Buffer.alloc(0))[5]?.whole
  if (!name) throw new Error("The root of the local authority has no name.")
  return { name, key: createPrivateKey(vault.open(sealedKey, identity)) }
}

/** What is known of a certificate that was issued. */
export interface Issued {
  readonly certificate: string
  readonly chain: string
  readonly notBefore: number
  readonly notAfter: number
}

/** X.520 allows common names of 64 characters. */
const mostCommonName = 64

/** Issues a certificate for `names` and the public half of `key`. */
export const issueFor = (cx: AuthorityCx, vault: Vault, names: readonly string[], key: KeyObject): Issued => {
  const stored = storedOf(cx, vault)
  const [first = ""] = names
  const notBefore = beginOfDay(cx.wallNow)
  const notAfter = notBefore + validity - 1000
  const certificate = issue(
    {
      name: nameOf(first.length <= mostCommonName ? { CN: first } : {}),
      publicKey: createPublicKey(key),
      serial: cx.ids.hex(32),
      hosts: names,
      notBefore,
      notAfter,
    },
    issuerOf(stored, vault),
  )
  return { certificate, chain: stored.certificate, notBefore, notAfter }
}
