// Reading values: GetParameter, GetParameters, GetParametersByPath. Public parameters and Secrets Manager's by reference included.
import type { Cx, Op, Output, ReadCx, ReadOp } from "../../gate/index.ts"
import { Fault, fault, scopeKey } from "../../kernel/index.ts"
import {
  type ParameterRow,
  type ParameterVersionRow,
  parameterKey,
  parameterVersionIdentity,
  parameterVersionKey,
} from "../../state/index.ts"
import { checkCount, checkLength, checkPath, invalid, limitOf, malformedName } from "./checks.ts"
import { filterByPath } from "./filters.ts"
import { arnOf, isOwn, parseReference, publicArnOf, type Reference } from "./names.ts"
import { pageOf } from "./pages.ts"
import type { ParametersPorts } from "./ports.ts"
import { type PublicParameter, publicBelow, publicParameter, publishedAt } from "./public.ts"

type Parameter = NonNullable<Output<"ssm", "GetParameter">["Parameter"]>

/** AWS says nothing more: the message is empty there too. */
export const notFound = () => fault("ParameterNotFound", "")

/** A secure string without decryption is its ciphertext. */
export const valueIn = ({ vault }: ParametersPorts, version: ParameterVersionRow, decrypt: boolean): string => {
  if (version.type === "SecureString" && !decrypt) {
    return Buffer.from(version.sealed.split(".")[2] ?? "", "base64url").toString("base64")
  }
  return vault.open(version.sealed, parameterVersionIdentity(version)).toString()
}

/** The version that a selector means: by number, by label, or the newest. */
const versionMeant = (cx: ReadCx, parameter: ParameterRow, { selector, name }: Reference): ParameterVersionRow => {
  const version =
    selector === undefined || /^[0-9]+$/.test(selector)
      ? cx.tx.parameterVersions.get(
          parameterVersionKey({ ...parameter, version: selector === undefined ? parameter.version : Number(selector) }),
        )
      : cx.tx.parameterVersions.by("parameter", parameterKey(parameter)).find(({ labels }) => labels.includes(selector))
  if (!version) {
    throw fault(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
    )
  }
  return version
}

const describePublic = (cx: ReadCx, { name, value, dataType }: PublicParameter): Parameter => ({
  Name: name,
  Type: "String",
  Value: value,
  Version: 1,
  LastModifiedDate: new Date(publishedAt),
  ARN: publicArnOf(cx.scope.region, name),
  DataType: dataType,
})

const describe = (
  ports: ParametersPorts,
  parameter: ParameterRow,
  version: ParameterVersionRow,
  decrypt: boolean,
): Parameter => ({
  Name: parameter.name,
  Type: version.type,
  Value: valueIn(ports, version, decrypt),
  Version: version.version,
  LastModifiedDate: new Date(version.modifiedAt),
  ARN: parameter.arn,
  DataType: version.dataType,
})

const secretPrefix = "/aws/reference/secretsmanager/"

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html */
const secretByReference = (cx: Cx, { name, selector }: Reference, decrypt: boolean): Parameter => {
  if (!decrypt) throw invalid("WithDecryption flag must be True for retrieving a Secret Manager secret.")
  const SecretId = name.slice(secretPrefix.length)
  // Names of versions have 32 characters at least.
  const isVersion = selector !== undefined && selector.length >= 32
  const input = {
    SecretId,
    ...(selector !== undefined && (isVersion ? { VersionId: selector } : { VersionStage: selector })),
  }
  try {
    const secret = cx.call("secretsmanager", "GetSecretValue", input, cx.caller)
    const { SecretString, SecretBinary, ...source } = secret
    return {
      Name: name,
      Type: "SecureString",
      Value: SecretString ?? Buffer.from(SecretBinary ?? []).toString("base64"),
      Version: 0,
      SourceResult: JSON.stringify(source),
      ...(source.CreatedDate && { LastModifiedDate: source.CreatedDate }),
      ARN: arnOf(cx.scope, name),
      DataType: "text",
    }
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== "ResourceNotFoundException") throw thrown
    throw fault(
      "ParameterNotFound",
      `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret ${name} not found.`,
    )
  }
}

const read = (cx: Cx, ports: ParametersPorts, text: string, decrypt: boolean): Parameter => {
  checkLength("name", text, 1, 2048)
  const reference = parseReference(text, cx.scope)
  if (!reference) throw notFound()
  if (/\s|\/\/|^[^/]+\//.test(reference.name)) throw malformedName()
  const selected = reference.selector !== undefined && { Selector: `:${reference.selector}` }
  if (reference.name.startsWith(secretPrefix)) {
    return { ...secretByReference(cx, reference, decrypt), ...selected }
  }
  const open = publicParameter(reference.name)
  if (open) return { ...describePublic(cx, open), ...selected }
  const parameter = isOwn(reference, cx.scope)
    ? cx.tx.parameters.get(parameterKey({ ...cx.scope, name: reference.name }))
    : undefined
  if (!parameter) throw notFound()
  const described = describe(ports, parameter, versionMeant(cx, parameter, reference), decrypt)
  // A name at the root is answered as it was asked for, with or without its slash: agents look for it so.
  const Name = text.trim().startsWith("arn:") ? parameter.name : reference.name
  return { ...described, Name, ...selected }
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
export const getParameter =
  (ports: ParametersPorts): Op<"ssm", "GetParameter"> =>
  (cx, input) => ({ Parameter: read(cx, ports, input.Name ?? "", input.WithDecryption ?? false) })

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
export const getParameters =
  (ports: ParametersPorts): Op<"ssm", "GetParameters"> =>
  (cx, input) => {
    const names = input.Names ?? []
    checkCount("names", names, 10)
    const found = new Map<string, Parameter>()
    const missing: string[] = []
    for (const name of new Set(names)) {
      try {
        found.set(name, read(cx, ports, name, input.WithDecryption ?? false))
      } catch (thrown) {
        // What cannot be found is listed; what may not be read, or cannot be, ends the call.
        if (!(thrown instanceof Fault) || !/^Parameter(Version)?NotFound$/.test(thrown.code)) throw thrown
        missing.push(name)
      }
    }
    return { Parameters: [...found.values()], InvalidParameters: missing }
  }

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html */
export const getParametersByPath =
  (ports: ParametersPorts): ReadOp<"ssm", "GetParametersByPath"> =>
  (cx, input) => {
    const path = checkPath(input.Path ?? "")
    const recursive = input.Recursive ?? false
    const limit = limitOf(input.MaxResults, 10)
    const keeps = filterByPath(input.ParameterFilters)
    const isBelow = (name: string) => {
      const slashed = name.startsWith("/") ? name : `/${name}`
      return slashed.startsWith(`${path}/`) && (recursive || !slashed.slice(path.length + 1).includes("/"))
    }
    const own = cx.tx.parameters.by("scope", scopeKey(cx.scope)).flatMap((parameter) => {
      if (!isBelow(parameter.name)) return []
      // A label as filter means the version that has it.
      const version = cx.tx.parameterVersions
        .by("parameter", parameterKey(parameter))
        .findLast((one) => keeps(one, one.version === parameter.version))
      return version ? [{ name: parameter.name, show: () => describe(ports, parameter, version, decrypt) }] : []
    })
    const decrypt = input.WithDecryption ?? false
    const open = publicBelow(path)
      .filter(({ name }) => isBelow(name) && path.startsWith("/aws/"))
      .map((parameter) => ({ name: parameter.name, show: () => describePublic(cx, parameter) }))
    const list = `path ${JSON.stringify([path, recursive, input.ParameterFilters])}`
    const page = pageOf(list, [...own, ...open], ({ name }) => name, { limit, token: input.NextToken })
    return {
      Parameters: page.rows.map(({ show }) => show()),
      ...(page.token !== undefined && { NextToken: page.token }),
    }
  }
