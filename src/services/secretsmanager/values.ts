// The values of secrets: GetSecretValue, BatchGetSecretValue, PutSecretValue.
import type { Cx, Op, Output } from "../../gate/index.ts"
import { Fault, fault } from "../../kernel/index.ts"
import type { SecretRow, SecretVersionRow } from "../../state/index.ts"
import { numberOf, plainValue, tokenOf } from "./checks.ts"
import { filterOf } from "./filters.ts"
import { secretsOf } from "./list.ts"
import { keyOf, liveSecretOf } from "./lookup.ts"
import { pageOf } from "./pages.ts"
import type { SecretsPorts } from "./ports.ts"
import { current } from "./stages.ts"
import { addVersion, madeBefore, openVersion, stagesOf, versionKey, versionsOf } from "./versions.ts"

const day = 24 * 60 * 60 * 1000

const versionMeant = (
  cx: Cx,
  secret: SecretRow,
  { VersionId: id, VersionStage: stage }: { VersionId?: string | undefined; VersionStage?: string | undefined },
): SecretVersionRow => {
  const missing = (what: string) =>
    fault("ResourceNotFoundException", `Secrets Manager can't find the specified secret value for ${what}`)
  if (id !== undefined) {
    const version = cx.tx.secretVersions.get(versionKey({ secretArn: secret.arn, id }))
    if (!version) throw missing(`VersionId: ${id}`)
    if (stage !== undefined && !version.stages.includes(stage)) {
      throw fault(
        "InvalidRequestException",
        "You provided a VersionStage that is not associated to the provided VersionId.",
      )
    }
    return version
  }
  const wanted = stage ?? current
  const version = versionsOf(cx, secret).find(({ stages }) => stages.includes(wanted))
  if (!version) throw missing(`staging label: ${wanted}`)
  return version
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export const getSecretValue =
  (ports: SecretsPorts): Op<"secretsmanager", "GetSecretValue"> =>
  (cx, input) => {
    const secret = liveSecretOf(cx, input.SecretId)
    const version = versionMeant(cx, secret, input)
    const plain = openVersion(ports, version)
    // AWS keeps the day alone; a second reading on it changes nothing.
    const accessedAt = cx.now - (cx.now % day)
    cx.tx.secrets.patch(keyOf(secret), { accessedAt })
    cx.tx.secretVersions.patch(versionKey(version), { accessedAt })
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      ...(version.kind === "string" ? { SecretString: plain.toString() } : { SecretBinary: new Uint8Array(plain) }),
      ...(version.stages.length > 0 && { VersionStages: [...version.stages] }),
      CreatedDate: new Date(version.createdAt),
    }
  }

type Batch = Output<"secretsmanager", "BatchGetSecretValue">

/**
 * Each secret is read as the caller would read it alone, so that one that may not be read is an error of its own.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
 */
export const BatchGetSecretValue: Op<"secretsmanager", "BatchGetSecretValue"> = (cx, input) => {
  const { SecretIdList: ids, Filters: filters } = input
  if ((ids === undefined) === (filters === undefined)) {
    throw fault("InvalidParameterException", "Either 'SecretIdList' or 'Filters' must be provided, but not both.")
  }
  if (input.MaxResults !== undefined && filters === undefined) {
    throw fault(
      "InvalidParameterException",
      "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
    )
  }
  if (ids && (ids.length < 1 || ids.length > 20)) {
    throw fault("InvalidParameterException", "You must provide between 1 and 20 secrets in 'SecretIdList'.") // text from memory
  }
  const limit = numberOf("maxResults", input.MaxResults, 1, 20, 20)
  const matches = filterOf(filters)
  const page = filters
    ? pageOf(`batch ${JSON.stringify(filters)}`, secretsOf(cx).filter(matches), ({ arn }) => arn, {
        limit,
        token: input.NextToken,
      })
    : undefined
  const values: NonNullable<Batch["SecretValues"]> = []
  const errors: NonNullable<Batch["Errors"]> = []
  for (const id of page?.rows.map(({ arn }) => arn) ?? ids ?? []) {
    try {
      values.push(cx.call("secretsmanager", "GetSecretValue", { SecretId: id }, cx.caller))
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      errors.push({ SecretId: id, ErrorCode: thrown.code, Message: thrown.message })
    }
  }
  return { SecretValues: values, Errors: errors, ...(page?.token !== undefined && { NextToken: page.token }) }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
export const putSecretValue =
  (ports: SecretsPorts): Op<"secretsmanager", "PutSecretValue"> =>
  (cx, input) => {
    const token = tokenOf(input.ClientRequestToken)
    const value = plainValue(input)
    if (!value) throw fault("InvalidRequestException", "You must provide either SecretString or SecretBinary.")
    const stages = stagesOf(input.VersionStages)
    const secret = liveSecretOf(cx, input.SecretId)
    const version =
      madeBefore(cx, ports, secret, token, value) ?? addVersion(cx, ports, secret, { id: token, value, stages })
    return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] }
  }
