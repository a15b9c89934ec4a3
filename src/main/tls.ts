// The certificate that the APIs are served with, from the files that the user names. Roadstead makes none itself.
import { readFileSync } from "node:fs"
import { createSecureContext } from "node:tls"
import type { UpConfig } from "./config.ts"
import { Problem } from "./problem.ts"

type Files = Pick<UpConfig, "tlsCert" | "tlsKey">

/** Certificate and key in PEM; undefined when none is named. Throws a Problem when they are not a pair that can be served. */
export const readTls = ({ tlsCert, tlsKey }: Files): { readonly cert: string; readonly key: string } | undefined => {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined)
    throw new Problem(2, "--tls-cert and --tls-key belong together: a certificate, and the key that is its own.")
  const pair = { cert: read(tlsCert), key: read(tlsKey) }
  try {
    createSecureContext(pair)
  } catch (thrown) {
    throw new Problem(2, `${tlsCert} and ${tlsKey} cannot be served: ${(thrown as Error).message}`)
  }
  return pair
}

/** The same as a member of the server's options. */
export const tlsOf = (files: Files): { readonly tls?: { readonly cert: string; readonly key: string } } => {
  const tls = readTls(files)
  return tls ? { tls } : {}
}

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch (thrown) {
    throw new Problem(2, `${file} cannot be read: ${(thrown as Error).message}`)
  }
}
