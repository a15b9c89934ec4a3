// Which of a listener's certificates are for the name that a client asks for: exact names before wildcards, and of several
// for one name the first of each type of key, among which the handshake chooses by what the client can.
import { createPrivateKey } from "node:crypto"
import type { CertificateConfiguration } from "../../protocol/index.ts"

/** What the name index gives: certificates for one name, of different types of keys. */
export type Choice = readonly CertificateConfiguration[]

export interface NameIndex {
  /** Without any for the name: undefined, and the listener's default serves. */
  choose(serverName: string): Choice | undefined
}

export const indexNames = (certificates: readonly CertificateConfiguration[]): NameIndex => {
  const byName = new Map<string, CertificateConfiguration[]>()
  for (const certificate of certificates)
    for (const name of certificate.names) {
      const key = name.toLowerCase()
      const known = byName.get(key)
      if (known) known.push(certificate)
      else byName.set(key, [certificate])
    }
  const choices = new Map([...byName].map(([name, several]) => [name, ofEachKeyType(several)]))
  return {
    choose: (serverName) => {
      const name = serverName.toLowerCase()
      const dot = name.indexOf(".")
      return choices.get(name) ?? (dot === -1 ? undefined : choices.get(`*${name.slice(dot)}`))
    },
  }
}

const ofEachKeyType = (several: readonly CertificateConfiguration[]): Choice => {
  if (several.length === 1) return several
  const byType = new Map<string, CertificateConfiguration>()
  for (const one of several) {
    const type = createPrivateKey(one.privateKey).asymmetricKeyType ?? ""
    if (!byType.has(type)) byType.set(type, one)
  }
  // Elliptic curves last: that is the one which Node takes where it takes one.
  return [...byType].sort(([a], [b]) => Number(a === "ec") - Number(b === "ec")).map(([, one]) => one)
}
