// The registry's passwords, and signatures of download URLs: texts that say who may do what until when, sealed with a key
// of this installation, so that nothing has to be kept of them.
import { createHmac, timingSafeEqual } from "node:crypto"
import { deflateRawSync, inflateRawSync } from "node:zlib"
import type { Cx, Op } from "../../gate/index.ts"
import type { Caller, Scope } from "../../kernel/index.ts"
import type { View } from "../../state/index.ts"
import { checkMachine, registryOf } from "./names.ts"
import { type EcrPorts, registryHost } from "./ports.ts"

/** AWS: "The authorization token is valid for 12 hours." */
const lifetime = 12 * 60 * 60 * 1000

const setting = "ecr/tokenKey"

const keyOf = (cx: Cx): string => {
  const known = cx.tx.settings.get(setting)
  return known?.value ?? cx.tx.settings.put({ name: setting, value: cx.ids.hex(64) }).value
}

const sign = (key: string, text: string): Buffer => createHmac("sha256", Buffer.from(key, "hex")).update(text).digest()

const isSigned = (view: View, text: string, signature: string): boolean => {
  const key = view.settings.get(setting)?.value
  if (key === undefined) return false
  const given = Buffer.from(signature, "base64url")
  const own = sign(key, text)
  return given.length === own.length && timingSafeEqual(given, own)
}

/** What a password stands for. */
export interface RegistryToken {
  readonly caller: Caller
  /** The registry that it opens when no name of one is used. */
  readonly registry: Scope
  /** On the wall clock. */
  readonly expiresAt: number
}

/** A session carries its policy and tags along; a head of HTTP has room for so much. */
const longest = 10_000

/** Reads a password; undefined when it is none of ours. Whether it has expired is not looked at. */
export const readToken = (view: View, password: string): RegistryToken | undefined => {
  const [payload = "", signature = "", more] = password.split(".")
  if (more !== undefined || password.length > longest || !isSigned(view, `token ${payload}`, signature))
    return undefined
  // It is one of ours: it can be trusted to be no bomb.
  return JSON.parse(inflateRawSync(Buffer.from(payload, "base64url")).toString("utf8")) as RegistryToken
}

const mint = (cx: Cx, token: RegistryToken): string => {
  const payload = deflateRawSync(Buffer.from(JSON.stringify(token), "utf8")).toString("base64url")
  return `${payload}.${sign(keyOf(cx), `token ${payload}`).toString("base64url")}`
}

export const GetAuthorizationToken =
  (ports: EcrPorts): Op<"ecr", "GetAuthorizationToken"> =>
  (cx, input) => {
    // How it came says nothing of the requests that the password will come with.
    const { sourceIp: _, host, secure: __, userAgent = "", ...caller } = cx.caller
    const officialAgent = userAgent.startsWith("Amazon ECS Agent")
    const registries = (input.registryIds ?? [undefined]).map((id) => registryOf(cx.scope, id))
    const expiresAt = Math.floor(ports.wallNow()) + lifetime
    return {
      authorizationData: registries.map((registry) => {
        checkMachine(cx, registry)
        const password = mint(cx, {
          caller,
          registry: { account: registry.account, region: registry.region },
          expiresAt,
        })
        return {
          authorizationToken: Buffer.from(`AWS:${password}`, "utf8").toString("base64"),
          expiresAt: new Date(expiresAt),
          // The scheme is AWS's: Docker goes by the host alone. The official agent has a password only for images whose
          // name begins with this, and it is told to pull from the address that it came to (fleet/compile/image.ts).
          proxyEndpoint: `https://${officialAgent && host !== undefined ? host : registryHost(ports, registry)}`,
        }
      }),
    }
  }

/** The query of a download URL that is good for `ms`. */
export const signDownload = (cx: Cx, digest: string, expiresAt: number): string => {
  const signature = sign(keyOf(cx), `layer ${digest} ${expiresAt}`).toString("base64url")
  return `expires=${expiresAt}&signature=${signature}`
}

/** Whether a download URL is one of ours and still good. */
export const isDownloadSigned = (view: View, digest: string, query: URLSearchParams, wallNow: number): boolean => {
  const expires = query.get("expires") ?? ""
  return (
    /^\d{1,16}$/.test(expires) &&
    Number(expires) > wallNow &&
    isSigned(view, `layer ${digest} ${expires}`, query.get("signature") ?? "")
  )
}
