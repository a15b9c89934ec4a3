// AWS's security policies of TLS listeners: names, protocol versions and ciphers in AWS's order, as DescribeSSLPolicies
// lists them and the proxy applies them. Learned from the guides' pages "Security policies for your Application Load
// Balancer" and "… Network Load Balancer"; the oldest ones of classic load balancers are reduced to what OpenSSL still has.

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3"

export interface TlsPolicy {
  readonly name: string
  /** Newest first. */
  readonly protocols: readonly TlsVersion[]
  /** OpenSSL's names, the most wanted first. */
  readonly ciphers: readonly string[]
  /** Keys are exchanged with ML-KEM besides, where both ends can. */
  readonly postQuantum: boolean
}

/** What CreateListener takes when none is named, and what load balancers speak to targets when theirs has no TLS 1.3. */
export const defaultTlsPolicy = "ELBSecurityPolicy-2016-08"

type Kind = "gcm" | "sha2" | "sha" | "rsa2" | "rsa" | "3des"

/** All in AWS's order, which the policies only leave out of. */
const ciphers: readonly (readonly [string, Kind])[] = [
  ["ECDHE-ECDSA-AES128-GCM-SHA256", "gcm"],
  ["ECDHE-RSA-AES128-GCM-SHA256", "gcm"],
  ["ECDHE-ECDSA-AES128-SHA256", "sha2"],
  ["ECDHE-RSA-AES128-SHA256", "sha2"],
  ["ECDHE-ECDSA-AES128-SHA", "sha"],
  ["ECDHE-RSA-AES128-SHA", "sha"],
  ["ECDHE-ECDSA-AES256-GCM-SHA384", "gcm"],
  ["ECDHE-RSA-AES256-GCM-SHA384", "gcm"],
  ["ECDHE-ECDSA-AES256-SHA384", "sha2"],
  ["ECDHE-RSA-AES256-SHA384", "sha2"],
  ["ECDHE-ECDSA-AES256-SHA", "sha"],
  ["ECDHE-RSA-AES256-SHA", "sha"],
  ["AES128-GCM-SHA256", "rsa2"],
  ["AES128-SHA256", "rsa2"],
  ["AES128-SHA", "rsa"],
  ["AES256-GCM-SHA384", "rsa2"],
  ["AES256-SHA256", "rsa2"],
  ["AES256-SHA", "rsa"],
  ["DES-CBC3-SHA", "3des"],
]
const fips13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"]
const all13 = [...fips13, "TLS_CHACHA20_POLY1305_SHA256"]
const versions: readonly TlsVersion[] = ["TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1"]

const kinds = {
  none: [],
  res: ["gcm"],
  fs: ["gcm", "sha2"],
  fsAll: ["gcm", "sha2", "sha"],
  ext1: ["gcm", "sha2", "rsa2"],
  all: ["gcm", "sha2", "sha", "rsa2", "rsa"],
  old: ["gcm", "sha2", "sha", "rsa2", "rsa", "3des"],
} satisfies Record<string, readonly Kind[]>

const policy = (
  name: string,
  from: TlsVersion,
  to: TlsVersion,
  which: keyof typeof kinds,
  of13: readonly string[] = all13,
): TlsPolicy => ({
  name: `ELBSecurityPolicy-${name}`,
  protocols: versions.slice(versions.indexOf(to), versions.indexOf(from) + 1),
  ciphers: [
    ...(to === "TLSv1.3" ? of13 : []),
    ...ciphers.filter(([, kind]) => (kinds[which] as readonly Kind[]).includes(kind)).map(([cipher]) => cipher),
  ],
  postQuantum: name.includes("-PQ-"),
})

/** Those of TLS 1.3 with one suffix of a generation. */
const generation = (suffix: string, of13?: readonly string[]): readonly TlsPolicy[] => {
  const fips = suffix.startsWith("FIPS")
  return [
    policy(`TLS13-1-3-${suffix}`, "TLSv1.3", "TLSv1.3", "none", of13),
    policy(`TLS13-1-2-Res-${suffix}`, "TLSv1.2", "TLSv1.3", "res", of13),
    policy(`TLS13-1-2-${suffix}`, "TLSv1.2", "TLSv1.3", "fs", of13),
    ...(fips ? [policy(`TLS13-1-2-Ext0-${suffix}`, "TLSv1.2", "TLSv1.3", "fsAll", of13)] : []),
    policy(`TLS13-1-2-Ext1-${suffix}`, "TLSv1.2", "TLSv1.3", "ext1", of13),
    policy(`TLS13-1-2-Ext2-${suffix}`, "TLSv1.2", "TLSv1.3", "all", of13),
    ...(suffix.includes("PQ") ? [] : [policy(`TLS13-1-1-${suffix}`, "TLSv1.1", "TLSv1.3", "all", of13)]),
    policy(`TLS13-1-0-${suffix}`, "TLSv1", "TLSv1.3", "all", of13),
  ]
}

/** Those of application and network load balancers: what DescribeSSLPolicies lists. */
export const tlsPolicies: readonly TlsPolicy[] = [
  policy("2016-08", "TLSv1", "TLSv1.2", "all"),
  ...generation("2021-06"),
  ...generation("PQ-2025-09"),
  ...generation("FIPS-2023-04", fips13),
  ...generation("FIPS-PQ-2025-09", fips13),
  policy("TLS-1-2-2017-01", "TLSv1.2", "TLSv1.2", "ext1"),
  policy("TLS-1-1-2017-01", "TLSv1.1", "TLSv1.2", "all"),
  policy("TLS-1-2-Ext-2018-06", "TLSv1.2", "TLSv1.2", "all"),
  policy("FS-2018-06", "TLSv1", "TLSv1.2", "fsAll"),
  policy("FS-1-1-2019-08", "TLSv1.1", "TLSv1.2", "fsAll"),
  policy("FS-1-2-2019-08", "TLSv1.2", "TLSv1.2", "fsAll"),
  policy("FS-1-2-Res-2019-08", "TLSv1.2", "TLSv1.2", "fs"),
  policy("FS-1-2-Res-2020-10", "TLSv1.2", "TLSv1.2", "res"),
  policy("2015-05", "TLSv1", "TLSv1.2", "all"),
  policy("TLS-1-0-2015-04", "TLSv1", "TLSv1.2", "old"),
]

/** The predefined ones of classic load balancers, newest first. Their RC4 and SSL 3 are gone with OpenSSL's. */
export const classicTlsPolicies: readonly TlsPolicy[] = [
  policy("2016-08", "TLSv1", "TLSv1.2", "all"),
  policy("TLS-1-2-2017-01", "TLSv1.2", "TLSv1.2", "ext1"),
  policy("TLS-1-1-2017-01", "TLSv1.1", "TLSv1.2", "all"),
  policy("2015-05", "TLSv1", "TLSv1.2", "old"),
  policy("2015-03", "TLSv1", "TLSv1.2", "old"),
  policy("2015-02", "TLSv1", "TLSv1.2", "all"),
  policy("2014-10", "TLSv1", "TLSv1.2", "old"),
  policy("2014-01", "TLSv1", "TLSv1.2", "old"),
  policy("2011-08", "TLSv1", "TLSv1", "old"),
]

const byName = new Map([...classicTlsPolicies, ...tlsPolicies].map((one) => [one.name, one]))

export const tlsPolicyOf = (name: string): TlsPolicy | undefined => byName.get(name)
