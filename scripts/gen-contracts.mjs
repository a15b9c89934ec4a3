// Writes contracts/<service>.json and routing.ts from the runtime schemas and the .d.ts files of the SDK packages.
// The format is documented in src/model/contract.ts. Part of `npm run gen`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { enumMembersOf, enumsOf, thrownBy } from "./gen-declarations.mjs"
import { routingSource } from "./gen-routing.mjs"
import { services } from "./services.mjs"

const packages = fileURLToPath(new URL("../node_modules/@aws-sdk/", import.meta.url))
const require = createRequire(import.meta.url)

/** Protocol classes of @aws-sdk/core, by the names that contracts use. */
const protocolNames = {
  AwsJson1_0Protocol: "awsJson1_0",
  AwsJson1_1Protocol: "awsJson1_1",
  AwsQueryProtocol: "awsQuery",
  AwsEc2QueryProtocol: "ec2Query",
  AwsRestJsonProtocol: "restJson1",
  S3RestXmlProtocol: "restXml",
  AwsRestXmlProtocol: "restXml",
  AwsSmithyRpcV2CborProtocol: "rpcv2Cbor",
}

/** Writes all contracts and the routing index into `folder`. */
export const writeContracts = async (folder) => {
  mkdirSync(`${folder}/contracts`, { recursive: true })
  const contracts = []
  for (const [name, declared] of Object.entries(services)) {
    const contract = contractOf(name, declared)
    contracts.push(contract)
    writeFileSync(`${folder}/contracts/${name}.json`, onePerLine(contract))
  }
  writeFileSync(`${folder}/routing.ts`, routingSource(contracts))
}

const contractOf = (name, { client, alsoSpeaks = [], xmlNamespace }) => {
  const dir = `${packages}${client}`
  const sdk = require(dir)
  const config = readFileSync(`${dir}/dist-es/runtimeConfig.shared.js`, "utf8")
  const auth = readFileSync(`${dir}/dist-es/auth/httpAuthSchemeProvider.js`, "utf8")
  const setting = (key) => new RegExp(`\\b${key}: (?:config\\?\\.${key} \\?\\? )?"([^"]+)"`).exec(config)?.[1]
  const main = protocolNames[/protocol: config\?\.protocol \?\? (\w+)/.exec(config)?.[1]]
  if (!main) throw new Error(`${client}: unknown protocol`)
  const queryCompatible = config.includes("awsQueryCompatible: true")
  const enumMembers = enumMembersOf(dir)
  const shapes = {}
  const operations = {}
  for (const schema of Object.values(sdk).filter((s) => isStatic(s) && s[0] === 9)) {
    const [, , op, traits, input, output] = schema
    const unsigned = new RegExp(`case "${op}": \\{\\s+options\\.push\\(createSmithyApiNoAuth`).test(auth)
    operations[op] = {
      i: topShape(input, shapes, enumMembers),
      o: topShape(output, shapes, enumMembers),
      e: thrownBy(dir, op),
      ...httpOf(traits, shapes, input),
      ...(unsigned ? { unsigned: 1 } : {}),
    }
  }
  for (const schema of Object.values(sdk)) {
    if (isStatic(schema) && schema[0] === -3 && !schema[1].startsWith("smithy.ts.sdk.synthetic"))
      define(schema, shapes, enumMembers)
  }
  return {
    service: name,
    sdkId: setting("serviceId"),
    signingName: /name: "([a-z0-9-]+)"/.exec(auth)?.[1],
    targetPrefix: setting("serviceTarget"),
    apiVersion: setting("apiVersion"),
    ...((xmlNamespace ?? setting("xmlNamespace")) ? { xmlNamespace: xmlNamespace ?? setting("xmlNamespace") } : {}),
    protocols: [main, ...alsoSpeaks],
    ...(queryCompatible ? { queryCompatible: 1 } : {}),
    operations: sorted(operations),
    shapes: sorted(shapes),
    enums: sorted(enumsOf(dir)),
  }
}

const isStatic = (schema) => Array.isArray(schema) && typeof schema[0] === "number" && schema.length >= 5
const resolve = (schema) => (typeof schema === "function" ? schema() : schema)
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)))

/** The `http` of an operation. The JS SDK moved S3's bucket from the path into the host name; here it is in the path again. */
const httpOf = (traits, _shapes, input) => {
  const http = traits?.http
  if (!http) return {}
  const [method, uri, status] = http
  const inputSchema = resolve(input)
  const bucketInHost =
    inputSchema[4]?.includes("Bucket") && bits(inputSchema[5][inputSchema[4].indexOf("Bucket")]?.[1]).httpLabel
  return {
    http: [
      method,
      bucketInHost && !uri.includes("{Bucket}") ? `/{Bucket}${uri === "/" ? "" : uri.replace(/^\/(?=\?)/, "")}` : uri,
      status,
    ],
  }
}

const bitNames = [
  "httpLabel",
  "idempotent",
  "idempotencyToken",
  "sensitive",
  "httpPayload",
  "httpResponseCode",
  "httpQueryParams",
]
const bits = (traits) =>
  typeof traits === "number"
    ? Object.fromEntries(bitNames.filter((_, i) => (traits >> i) & 1).map((n) => [n, 1]))
    : { ...traits }
/** Traits that change nothing on the wire as this project speaks it. */
const dropped = new Set(["idempotent", "httpChecksum", "hostLabel", "endpoint"])

const topShape = (schema, shapes, enumMembers) => {
  const s = resolve(schema)
  return s === "unit" ? null : define(s, shapes, enumMembers)
}

/** Adds a named schema (and all it refers to) to `shapes`; answers its name. */
const define = (schema, shapes, enumMembers) => {
  const [kind, , name, traits] = schema
  if (Object.hasOwn(shapes, name)) return name
  const shape = {}
  shapes[name] = shape
  const t = kept(bits(traits))
  if (kind === 1) shape.l = refOf(schema[4], shapes, enumMembers)
  else if (kind === 2) {
    shape.k = refOf(schema[4], shapes, enumMembers)
    shape.v = refOf(schema[5], shapes, enumMembers)
  } else {
    if (kind === 4) shape.u = 1
    if (kind === -3) {
      shape.x = [t.error ?? "client", t.httpError ?? (t.error === "server" ? 500 : 400), ...(t.awsQueryError ?? [])]
      for (const k of ["error", "httpError", "awsQueryError"]) delete t[k]
    }
    if (kind === 3 && schema[6]) shape.r = schema[6]
    if (kind === -3 && schema[6]) shape.r = schema[6]
    shape.m = {}
    schema[4].forEach((member, i) => {
      const ref = refOf(schema[5][i], shapes, enumMembers)
      const enumeration = enumMembers[name]?.[member]
      shape.m[member] = enumeration ? withTraits(ref, { enum: enumeration }) : ref
    })
  }
  if (Object.keys(t).length > 0) shape.t = t
  return name
}

const kept = (traits) => Object.fromEntries(Object.entries(traits).filter(([k]) => !dropped.has(k)))
const withTraits = (ref, traits) => {
  const [target, known] = Array.isArray(ref) ? ref : [ref, {}]
  const all = { ...known, ...traits }
  return Object.keys(all).length === 0 ? target : [target, all]
}

/** A reference: the name of a shape or of a builtin (`$string`, `$string[]`, `$string{}`), with the member's traits when it has any. */
const refOf = (schema, shapes, enumMembers) => {
  let s = resolve(schema)
  let traits = {}
  while (Array.isArray(s) && s.length === 2) {
    traits = { ...kept(bits(s[1])), ...traits }
    s = resolve(s[0])
  }
  if (Array.isArray(s) && s[0] === 0) {
    traits = { ...kept(bits(s[3])), ...traits }
    s = resolve(s[4])
  }
  if (Array.isArray(s)) return withTraits(define(s, shapes, enumMembers), traits)
  if (typeof s !== "number") throw new Error(`unknown schema ${JSON.stringify(s)}`)
  const suffix = s & 64 ? "[]" : s & 128 ? "{}" : ""
  const base = s & 64 ? s - 64 : s & 128 ? s - 128 : s
  const [builtin, extra] = builtins[base] ?? []
  if (!builtin) throw new Error(`unknown builtin ${s}`)
  return withTraits(`$${builtin}${suffix}`, { ...extra, ...traits })
}

// The numbers are those of @smithy/types (schema/sentinels.d.ts).
const builtins = {
  0: ["string"],
  1: ["number"],
  2: ["boolean"],
  4: ["timestamp"],
  5: ["timestamp", { timestampFormat: "date-time" }],
  6: ["timestamp", { timestampFormat: "http-date" }],
  7: ["timestamp", { timestampFormat: "epoch-seconds" }],
  15: ["document"],
  17: ["bigInteger"],
  19: ["bigDecimal"],
  21: ["blob"],
  42: ["blob", { streaming: 1 }],
}

/** JSON with one operation, one shape and one enum a line, so that a new SDK version shows as a readable diff. */
const onePerLine = (contract) => {
  const lines = (object) =>
    `{\n${Object.entries(object)
      .map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`)
      .join(",\n")}\n}`
  const { operations, shapes, enums, ...head } = contract
  const headLines = Object.entries(head).map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)},\n`)
  return `{\n${headLines.join("")}"operations":${lines(operations)},\n"shapes":${lines(shapes)},\n"enums":${lines(enums)}\n}\n`
}
