// `redirect`: the parts that are not given stay as they are in the request; kept with all of them, as AWS shows it.
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { Frozen } from "../../../state/index.ts"
import { broken, checkLength, oneOf } from "../checks.ts"
import { badAction, lacks, type Place } from "./place.ts"

const unchanged = { Protocol: "#{protocol}", Port: "#{port}", Host: "#{host}", Path: "/#{path}", Query: "#{query}" }

export const redirect = ({ RedirectConfig: asked }: Frozen<Action>, at: string, { protocol }: Place) => {
  if (!asked) throw lacks("redirect", "RedirectConfig")
  const member = `${at}.redirectConfig`
  const StatusCode = oneOf(`${member}.statusCode`, asked.StatusCode, ["HTTP_301", "HTTP_302"] as const)
  if (StatusCode === undefined) throw lacks("redirect", "RedirectConfig.StatusCode")
  checkPattern(`${member}.protocol`, asked.Protocol, "^(HTTPS?|#\\{protocol\\})$")
  checkLength(`${member}.host`, asked.Host, 128, 1)
  checkLength(`${member}.path`, asked.Path, 128, 1)
  checkLength(`${member}.query`, asked.Query, 128)
  checkParts(asked)
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  const whole = { ...unchanged, ...given, StatusCode }
  checkDirection(whole, protocol)
  return whole
}

const checkPattern = (member: string, text: string | undefined, pattern: string): void => {
  if (text !== undefined && !new RegExp(pattern).test(text))
    throw broken(member, text, `Member must satisfy regular expression pattern: ${pattern}`)
}

/** Texts from memory. */
const checkParts = ({ Port, Path, Query }: NonNullable<Action["RedirectConfig"]>): void => {
  if (Port !== undefined && Port !== unchanged.Port && !(/^\d{1,5}$/.test(Port) && +Port >= 1 && +Port <= 65535))
    throw badAction(`The redirect port '${Port}' must be #{port} or a value from 1 to 65535`)
  if (Path !== undefined && !Path.startsWith("/")) throw badAction(`The redirect path '${Path}' must begin with '/'`)
  if (Query?.startsWith("?")) throw badAction(`The redirect query '${Query}' must not begin with '?'`)
  for (const part of [Path, Query])
    for (const [word] of part?.matchAll(/#\{[^}]*\}/g) ?? [])
      if (!Object.values(unchanged).some((known) => known.endsWith(word)))
        throw badAction(`The redirect configuration contains the unknown keyword '${word}'`)
}

const checkDirection = (whole: typeof unchanged, protocol: Place["protocol"]): void => {
  // text from memory
  if (protocol === "HTTPS" && whole.Protocol === "HTTP")
    throw badAction("The redirect configuration is not valid because it redirects from HTTPS to HTTP")
  const isSame = (name: "Protocol" | "Port" | "Host" | "Path") => whole[name] === unchanged[name]
  const staysHere = isSame("Protocol") || whole.Protocol === protocol
  // Text of a field report (aws-load-balancer-controller issue 487).
  if (staysHere && isSame("Port") && isSame("Host") && isSame("Path"))
    throw badAction("The redirect configuration is not valid because it creates a loop.")
}
