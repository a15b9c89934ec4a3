// TLS of listeners and of connections to targets: contexts for node:tls from AWS's security policies and the certificates
// of a configuration. Contexts are dear to make and are kept for as long as the configuration that they came from says the
// same.
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls"
import type { CertificateConfiguration, TlsConfiguration, TlsPolicy } from "../../protocol/index.ts"
import { defaultTlsPolicy, tlsPolicyOf } from "../../protocol/index.ts"
import { type Choice, indexNames } from "./sni.ts"

/** For `new TLSSocket(socket, { isServer: true, ...tls })` and for servers of node:tls, node:https and node:http2. */
export interface ServerTls {
  readonly secureContext: SecureContext
  readonly SNICallback: (serverName: string, done: (error: Error | null, context?: SecureContext) => void) => void
  readonly policy: TlsPolicy
  /**
   * For who has read the client's hello before: with certificates of every type of key that there are for the name. Node
   * takes over only one certificate of what SNICallback answers, there that with an elliptic curve's key.
   */
  contextOf(serverName: string | false): SecureContext
  /** The ARN of the certificate that a client which asked for a name (or none: false) got: for access logs. */
  chosen(serverName: string | false): string
}

export interface TlsContexts {
  /** The same object for as long as the configuration says the same. Throws when a certificate cannot be read. */
  contextFor(tls: TlsConfiguration): ServerTls
  /** For connections to targets behind a listener with a policy: certificates of targets are never verified, as AWS does. */
  toTargets(listenerPolicy?: string): SecureContext
}

/** What is kept besides the newest ones: a listener's old context serves until its last connection closes, on its own. */
const kept = 256

export const newTlsContexts = (): TlsContexts => {
  const servers = new Map<string, ServerTls>()
  const targets = new Map<string, SecureContext>()
  return {
    contextFor: (tls) => {
      const key = JSON.stringify([tls.policy, tls.certificates])
      const known = servers.get(key)
      if (known) return known
      const made = serverTls(tls)
      servers.set(key, made)
      const oldest = servers.keys().next().value
      if (servers.size > kept && oldest !== undefined) servers.delete(oldest)
      return made
    },
    toTargets: (listenerPolicy = defaultTlsPolicy) => {
      const name = backendPolicy(listenerPolicy)
      const known = targets.get(name) ?? createSecureContext(policyOptions(policyNamed(name)))
      targets.set(name, known)
      return known
    },
  }
}

/** AWS: behind a listener with TLS 1.3 targets are spoken to by that generation's widest policy, else by the default one. */
const backendPolicy = (listenerPolicy: string): string => {
  if (!listenerPolicy.includes("TLS13")) return defaultTlsPolicy
  return `ELBSecurityPolicy-TLS13-1-0-${listenerPolicy.includes("FIPS") ? "FIPS-2023-04" : "2021-06"}`
}

const policyNamed = (name: string): TlsPolicy => {
  const policy = tlsPolicyOf(name) ?? tlsPolicyOf(defaultTlsPolicy)
  if (!policy) throw new Error(`There is no security policy ${name}`)
  return policy
}

const serverTls = ({ certificates, policy: name }: TlsConfiguration): ServerTls => {
  const policy = policyNamed(name)
  const [first] = certificates
  if (!first) throw new Error("A listener with TLS has no certificate")
  const options = policyOptions(policy)
  const secureContext = createSecureContext({ ...options, ...pems([first]) })
  const names = indexNames(certificates)
  const contexts = new Map<Choice, SecureContext>()
  const contextOf = (serverName: string | false): SecureContext => {
    const choice = serverName ? names.choose(serverName) : undefined
    if (!choice) return secureContext
    const known = contexts.get(choice) ?? createSecureContext({ ...options, ...pems(choice) })
    contexts.set(choice, known)
    return known
  }
  return {
    secureContext,
    policy,
    contextOf,
    SNICallback: (serverName, done) => {
      try {
        done(null, contextOf(serverName))
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
    chosen: (serverName) => ((serverName && names.choose(serverName)?.[0]) || first).arn,
  }
}

const pems = (choice: readonly CertificateConfiguration[]) => ({
  cert: choice.map(({ certificate }) => certificate),
  key: choice.map(({ privateKey }) => privateKey),
})

/** Key exchange of AWS's post-quantum policies, and of all others. */
const curves = "X25519:P-256:P-384:P-521"
const hybridCurves = `X25519MLKEM768:SecP256r1MLKEM768:SecP384r1MLKEM1024:${curves}`

const policyOptions = ({ protocols, ciphers, postQuantum }: TlsPolicy): SecureContextOptions => {
  const [newest = "TLSv1.2"] = protocols
  const oldest = protocols.at(-1) ?? newest
  // OpenSSL's default security level has neither TLS 1.0 and 1.1 nor 3DES, which AWS still offers where asked to.
  const level = oldest === "TLSv1" || oldest === "TLSv1.1" ? ":@SECLEVEL=0" : ""
  return {
    minVersion: oldest,
    maxVersion: newest,
    ciphers: `${ciphers.join(":")}${level}`,
    honorCipherOrder: true,
    ecdhCurve: postQuantum ? hybridCurves : curves,
  }
}
