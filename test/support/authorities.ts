// Certificates for tests, made with openssl as a user makes them: one that signs itself, and one with a chain.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** PEM. */
export interface Made {
  readonly certificate: string
  readonly key: string
}

/** Runs `openssl <args>` in a folder of its own with these files in it; answers the file `out`. */
const inFolder = <T>(work: (openssl: (...args: readonly string[]) => string, folder: string) => T): T => {
  const folder = mkdtempSync(join(tmpdir(), "roadstead-openssl-"))
  try {
    return work(
      (...args) => execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] }).toString(),
      folder,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"]

/** A certificate that signs itself. */
export const selfSignedFor = (name: string, days = 30): Made =>
  inFolder((openssl, folder) => {
    const names = ["-subj", `/C=DE/O=Ship/CN=${name}`, "-addext", `subjectAltName=DNS:${name},DNS:www.${name}`]
    openssl("req", "-x509", ...elliptic, ...names, "-days", String(days), "-out", "cert.pem")
    return {
      certificate: readFileSync(join(folder, "cert.pem"), "utf8"),
      key: readFileSync(join(folder, "key.pem"), "utf8"),
    }
  })

/** A certificate that `issuer` signs. */
export const signedBy = (issuer: Made, name: string, isAuthority = false): Made =>
  inFolder((openssl, folder) => {
    writeFileSync(join(folder, "ca.pem"), issuer.certificate)
    writeFileSync(join(folder, "ca.key"), issuer.key)
    writeFileSync(join(folder, "ext"), isAuthority ? "basicConstraints=critical,CA:TRUE" : `subjectAltName=DNS:${name}`)
    openssl("req", "-new", ...elliptic, "-subj", `/CN=${name}`, "-out", "request.pem")
    const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
    openssl("x509", "-req", "-in", "request.pem", ...authority, "-days", "30", "-extfile", "ext", "-out", "cert.pem")
    return {
      certificate: readFileSync(join(folder, "cert.pem"), "utf8"),
      key: readFileSync(join(folder, "key.pem"), "utf8"),
    }
  })

/** What `openssl verify` says of a certificate for a name of a host. */
export const verify = (root: string, certificate: string, host: string): string =>
  inFolder((openssl, folder) => {
    writeFileSync(join(folder, "root.pem"), root)
    writeFileSync(join(folder, "cert.pem"), certificate)
    return openssl(
      "verify",
      "-x509_strict",
      "-purpose",
      "sslserver",
      "-verify_hostname",
      host,
      "-CAfile",
      "root.pem",
      "cert.pem",
    ).trim()
  })

/** What `openssl x509 -text` says of a certificate. */
export const textOf = (certificate: string): string =>
  inFolder((openssl, folder) => {
    writeFileSync(join(folder, "cert.pem"), certificate)
    return openssl("x509", "-in", "cert.pem", "-noout", "-text")
  })
