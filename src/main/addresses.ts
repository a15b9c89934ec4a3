// Under which address others reach this Roadstead: what an agent is told, and which addresses a listener hears. Pure.
import type { Caller } from "../kernel/index.ts"

/**
 * The URL, without a path, at which whoever came as `caller` can come again: the public URL under whose Host he came, else
 * the first one; without public URLs the Host that he signed himself. `otherwise` where there is no Host.
 */
export const addressFor = (
  { publicUrl }: { readonly publicUrl: readonly string[] },
  { host, secure }: Pick<Caller, "host" | "secure">,
  otherwise: string,
): string => {
  const known = publicUrl.find((url) => new URL(url).host === host?.toLowerCase()) ?? publicUrl[0]
  if (known !== undefined) return known.replace(/\/+$/, "")
  return host === undefined ? otherwise : `${secure ? "https" : "http"}://${host}`
}

/** Whether somebody who listens on `host` hears 127.0.0.1. */
export const hearsLoopback = (host: string): boolean => ["localhost", "127.0.0.1", "0.0.0.0", "::"].includes(host)
