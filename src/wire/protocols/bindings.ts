// Where REST members live outside the body: labels, query, headers, status. Shared by restJson1 and restXml, both directions.
import type { Member, StructureType, Type } from "../../model/index.ts"
import { parseParameters, percentEncode } from "../codec/form.ts"
import type { Complain } from "../codec/malformed.ts"
import { readText, writeText } from "../codec/text.ts"
import type { TimestampFormat } from "../codec/timestamp.ts"
import { setOwn } from "../codec/tree-decode.ts"
import type { Headers, HttpAsk } from "../http.ts"
import type { Labels } from "./protocol.ts"

/** Whether a member is bound outside the body. */
export const isBound = ({ traits }: Member): boolean =>
  traits.httpLabel !== undefined ||
  traits.httpQuery !== undefined ||
  traits.httpQueryParams !== undefined ||
  traits.httpHeader !== undefined ||
  traits.httpPrefixHeaders !== undefined ||
  traits.httpResponseCode !== undefined

/** The member that is the whole body, if one is. */
export const payloadOf = (type: StructureType): Member | undefined =>
  type.members.find((m) => m.traits.httpPayload === 1)

/** Reads the members of a request that are not in its body. */
export const readBindings = (
  type: StructureType,
  ask: HttpAsk,
  labels: Labels,
  complain: Complain,
): Record<string, unknown> => {
  const out: Record<string, unknown> = {}
  let parameters: [string, string][] | undefined
  for (const member of type.members) {
    const { traits } = member
    if (traits.httpLabel) {
      const text = Object.hasOwn(labels, member.name) ? labels[member.name] : undefined
      if (text !== undefined) out[member.name] = fromText(member.type, [text], member.name, complain)
    } else if (traits.httpQuery !== undefined) {
      parameters ??= parseParameters(ask.query)
      const texts = parameters.filter(([name]) => name === traits.httpQuery).map(([, value]) => value)
      if (texts.length > 0) out[member.name] = fromText(member.type, texts, member.name, complain)
    } else if (traits.httpQueryParams) {
      parameters ??= parseParameters(ask.query)
      out[member.name] = queryMap(parameters, type, member.type)
    }
  }
  return { ...out, ...readHeaders(type, ask.headers, complain) }
}

/** Reads the members that are in headers; also of answers. */
export const readHeaders = (type: StructureType, headers: Headers, complain: Complain): Record<string, unknown> => {
  const out: Record<string, unknown> = {}
  for (const member of type.members) {
    const { httpHeader, httpPrefixHeaders } = member.traits
    if (httpHeader !== undefined) {
      const text = headers[httpHeader.toLowerCase()]
      if (text === undefined) continue
      const texts = member.type.kind === "list" ? splitHeader(text, member.type.member.type) : [text]
      out[member.name] = fromText(member.type, texts, member.name, complain)
    } else if (httpPrefixHeaders !== undefined) {
      const prefix = httpPrefixHeaders.toLowerCase()
      const found: Record<string, unknown> = {}
      for (const [name, value] of Object.entries(headers))
        if (name.startsWith(prefix) && value !== undefined) setOwn(found, name.slice(prefix.length), value)
      if (Object.keys(found).length > 0) out[member.name] = found
    }
  }
  return out
}

// HTTP dates have a comma of their own.
const splitHeader = (text: string, type: Type): string[] =>
  (type.kind === "timestamp" ? text.split(/(?<=GMT)\s*,/) : text.split(","))
    .map((t) => t.trim())
    .filter((t) => t !== "")

const queryMap = (parameters: readonly [string, string][], type: StructureType, map: Type): object => {
  const taken = new Set(type.members.map((m) => m.traits.httpQuery))
  const many = map.kind === "map" && map.value.type.kind === "list"
  const out: Record<string, unknown> = {}
  for (const [name, value] of parameters) {
    if (taken.has(name)) continue
    const known = Object.hasOwn(out, name) ? out[name] : undefined
    setOwn(out, name, many ? [...((known as string[] | undefined) ?? []), value] : (known ?? value))
  }
  return out
}

const fromText = (type: Type, texts: readonly string[], path: string, complain: Complain): unknown => {
  if (type.kind === "list") return texts.map((text) => fromText(type.member.type, [text], path, complain))
  const text = texts[0] ?? ""
  const read =
    type.kind === "map" || type.kind === "structure" || type.kind === "union" ? undefined : readText(text, type.kind)
  if (read === undefined) throw complain({ path, expected: type.kind, found: text })
  return read
}

/** Writes the headers of a request's or an answer's members. */
export const writeHeaders = (type: StructureType, from: Readonly<Record<string, unknown>>): Record<string, string> => {
  const out: Record<string, string> = {}
  for (const member of type.members) {
    const { httpHeader, httpPrefixHeaders } = member.traits
    const value = from[member.name]
    if (value === undefined || value === null) continue
    if (httpHeader !== undefined)
      out[httpHeader.toLowerCase()] = texts(member.type, member, value, "http-date").join(", ")
    else if (httpPrefixHeaders !== undefined) {
      for (const [name, text] of Object.entries(value as object))
        out[`${httpPrefixHeaders}${name}`.toLowerCase()] = String(text)
    }
  }
  return out
}

/** Fills the uri's labels and adds the query members: the client's direction. Throws when a label is missing. */
export const writeTarget = (
  uri: string,
  type: StructureType,
  from: Readonly<Record<string, unknown>>,
): { path: string; query: string } => {
  const [template = "", fixed = ""] = uri.split("?", 2)
  const path = template.replace(/\{([^}+]+)(\+?)\}/g, (_, name: string, greedy: string) => {
    const member = type.byName.get(name)
    const value = from[name]
    if (!member || value === undefined || value === null || value === "")
      throw new Error(`no value for the label ${name}`)
    const text = texts(member.type, member, value, "date-time").join(",")
    return greedy === "" ? percentEncode(text) : text.split("/").map(percentEncode).join("/")
  })
  const query = fixed === "" ? [] : [fixed]
  for (const member of type.members) {
    const value = from[member.name]
    if (value === undefined || value === null) continue
    const name = member.traits.httpQuery
    if (name !== undefined)
      query.push(
        ...texts(member.type, member, value, "date-time").map(
          (text) => `${percentEncode(name)}=${percentEncode(text)}`,
        ),
      )
    else if (member.traits.httpQueryParams) {
      for (const [key, one] of Object.entries(value as object)) {
        for (const text of Array.isArray(one) ? one : [one])
          query.push(`${percentEncode(key)}=${percentEncode(String(text))}`)
      }
    }
  }
  return { path, query: query.join("&") }
}

const texts = (type: Type, member: Member, value: unknown, format: TimestampFormat): string[] => {
  if (type.kind === "list")
    return (value as readonly unknown[]).flatMap((one) => texts(type.member.type, type.member, one, format))
  if (type.kind === "map" || type.kind === "structure" || type.kind === "union")
    throw new Error(`${member.name} cannot be text`)
  return [writeText(value, type.kind, member.traits, format)]
}
