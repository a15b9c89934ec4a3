// What parameters are, without or with all their values: DescribeParameters, GetParameterHistory.
import type { Output, ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import { type ParameterVersionRow, parameterKey } from "../../state/index.ts"
import { limitOf } from "./checks.ts"
import { filterOf } from "./filters.ts"
import { notFound, valueIn } from "./get.ts"
import { isOwn, parseReference } from "./names.ts"
import { pageOf } from "./pages.ts"
import type { ParametersPorts } from "./ports.ts"
import { newest } from "./put.ts"

type Described = NonNullable<Output<"ssm", "DescribeParameters">["Parameters"]>[number]

const describeVersion = (version: ParameterVersionRow): Described => ({
  Name: version.name,
  Type: version.type,
  ...(version.keyId !== undefined && { KeyId: version.keyId }),
  LastModifiedDate: new Date(version.modifiedAt),
  LastModifiedUser: version.modifiedBy,
  ...(version.description !== undefined && { Description: version.description }),
  ...(version.allowedPattern !== undefined && { AllowedPattern: version.allowedPattern }),
  Version: version.version,
  Tier: version.tier,
  Policies: (version.policies ?? []).map(({ text, type }) => ({
    PolicyText: text,
    PolicyType: type,
    // AWS: "Finished" once it was carried out; the parameter is gone by then.
    PolicyStatus: "Pending",
  })),
  DataType: version.dataType,
})

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html */
export const DescribeParameters: ReadOp<"ssm", "DescribeParameters"> = (cx, input) => {
  const limit = limitOf(input.MaxResults, 50)
  const keeps = filterOf(input.ParameterFilters, input.Filters)
  // No parameter of another account is shared with this one.
  const all = input.Shared ? [] : cx.tx.parameters.by("scope", scopeKey(cx.scope))
  const rows = all.filter((parameter) => keeps(parameter, newest(cx, parameter)))
  const list = `parameters ${JSON.stringify([input.ParameterFilters, input.Filters, input.Shared])}`
  const page = pageOf(list, rows, ({ name }) => name, { limit, token: input.NextToken })
  return {
    Parameters: page.rows.map((parameter) => ({ ...describeVersion(newest(cx, parameter)), ARN: parameter.arn })),
    ...(page.token !== undefined && { NextToken: page.token }),
  }
}

const digits = (version: number) => String(version).padStart(12, "0")

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html */
export const getParameterHistory =
  (ports: ParametersPorts): ReadOp<"ssm", "GetParameterHistory"> =>
  (cx, input) => {
    const limit = limitOf(input.MaxResults, 50)
    const reference = parseReference(input.Name ?? "", cx.scope)
    if (!reference || !isOwn(reference, cx.scope)) throw notFound()
    const key = parameterKey({ ...cx.scope, name: reference.name })
    if (!cx.tx.parameters.has(key)) throw notFound()
    const page = pageOf(`history ${key}`, cx.tx.parameterVersions.by("parameter", key), (v) => digits(v.version), {
      limit,
      token: input.NextToken,
    })
    return {
      Parameters: page.rows.map((version) => ({
        ...describeVersion(version),
        Value: valueIn(ports, version, input.WithDecryption ?? false),
        Labels: [...version.labels],
      })),
      ...(page.token !== undefined && { NextToken: page.token }),
    }
  }
