// What the values of a rule's conditions may be. Words of moto's tests unless something else is said.
import type { QueryStringKeyValuePair } from "@aws-sdk/client-elastic-load-balancing-v2"
import { compileRegexp } from "../../../kernel/index.ts"
import { parseCidr } from "../../../state/index.ts"
import { invalid } from "../checks.ts"

const longest = 128

const checkLong = (field: string, value: string): void => {
  if (value === "") throw invalid("A condition value must be specified")
  if (value.length > longest) throw invalid(`The '${field}' value is too long; the limit is '${longest}'`)
}

/** AWS: a dot, and only letters after the last one, wildcards apart. Texts from memory. */
export const checkHost = (value: string): string => {
  checkLong("host-header", value)
  if (!/^[A-Za-z0-9.*?-]+$/.test(value))
    throw invalid(`The 'host-header' value '${value}' contains characters that are not allowed`)
  if (!value.includes(".") || !/\.[A-Za-z*?]*$/.test(value))
    throw invalid(`The 'host-header' value '${value}' must include a '.' followed by alphabetical characters`)
  return value
}

/** Text from memory. */
export const checkPath = (value: string): string => {
  checkLong("path-pattern", value)
  if (!/^[A-Za-z0-9_\-.$/~"'@:+&*?=;%,!()[\]|^#<>{}\\]+$/.test(value))
    throw invalid(`The 'path-pattern' value '${value}' contains characters that are not allowed`)
  return value
}

export const checkMethod = (value: string): string => {
  if (value.length > 40) throw invalid("The 'http-request-method' value is too long; the limit is '40'")
  if (!/^[A-Z_-]+$/.test(value))
    throw invalid("The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and underscore")
  return value
}

/** RFC 7230's tokens. Texts but for the first from memory. */
export const checkHeader = (name: string | undefined): string => {
  if (name === undefined || name === "") throw invalid("A 'HttpHeaderName' must be specified")
  if (name.length > 40) throw invalid("The 'HttpHeaderName' value is too long; the limit is '40'")
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw invalid(`The 'HttpHeaderName' value '${name}' is not valid`)
  if (name.toLowerCase() === "host")
    throw invalid("The 'HttpHeaderName' value 'host' is not supported; use the 'host-header' field")
  return name
}

export const checkQuery = ({ Key, Value }: QueryStringKeyValuePair) => {
  if (Value === undefined || Value === "") throw invalid("A 'Value' must be specified in 'QueryStringKeyValuePair'")
  if (Key !== undefined && Key.length > longest) throw invalid(`The 'Key' value is too long; the limit is '${longest}'`)
  if (Value.length > longest) throw invalid(`The 'Value' value is too long; the limit is '${longest}'`)
  return { ...(Key !== undefined && Key !== "" && { Key }), Value }
}

/** CIDR blocks of IPv4 and IPv6: kept as they are. Text from memory. */
export const checkSource = (value: string): string => {
  const [address = "", bits = ""] = value.split("/")
  const isV6 =
    address.includes(":") && /^[0-9a-fA-F:.]+$/.test(address) && /^\d{1,3}$/.test(bits) && Number(bits) <= 128
  if (!isV6 && !parseCidr(value)) throw invalid(`The 'source-ip' value '${value}' must be a valid CIDR`)
  return value
}

/** Regular expressions that the proxy will match in linear time. Texts from memory. */
export const checkRegex = (field: string, value: string): string => {
  checkLong(field, value)
  try {
    compileRegexp(value)
  } catch {
    throw invalid(`The '${field}' regular expression '${value}' is not valid`)
  }
  return value
}
