// Private keys of certificates that are issued here. Made off the main thread: an RSA key costs a tenth of a second.
import { generateKeyPair, type KeyObject } from "node:crypto"
import { promisify } from "node:util"
import { broken, oneOf } from "./checks.ts"

/** The algorithms of AWS's public certificates. */
const issued = ["RSA_2048", "EC_prime256v1", "EC_secp384r1"] as const
export type IssuedAlgorithm = (typeof issued)[number]
const known = ["RSA_1024", ...issued, "RSA_3072", "RSA_4096", "EC_secp521r1"] as const

/** The algorithm that a request asks for. */
export const issuedAlgorithm = (algorithm = "RSA_2048"): IssuedAlgorithm => {
  const found = issued.find((one) => one === oneOf("keyAlgorithm", algorithm, known))
  // Text from memory.
  if (!found) throw broken("keyAlgorithm", `Public certificates have one of: [${issued.join(", ")}]`, algorithm)
  return found
}

const make = promisify(generateKeyPair)

export const newKey = async (algorithm: IssuedAlgorithm): Promise<KeyObject> =>
  (algorithm === "RSA_2048"
    ? await make("rsa", { modulusLength: 2048 })
    : await make("ec", { namedCurve: algorithm.slice("EC_".length) })
  ).privateKey
