// Removing parameters: DeleteParameter, DeleteParameters, and what expiry calls.
import type { Op } from "../../gate/index.ts"
import { type ParameterRow, parameterKey, parameterVersionKey, type Tx } from "../../state/index.ts"
import { checkCount, checkLength } from "./checks.ts"
import { notFound } from "./get.ts"

/** Removes a parameter with all its versions. */
export const removeParameter = (tx: Tx, parameter: ParameterRow): void => {
  const key = parameterKey(parameter)
  for (const version of [...tx.parameterVersions.by("parameter", key)]) {
    tx.parameterVersions.delete(parameterVersionKey(version))
  }
  tx.parameters.delete(key)
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html */
export const DeleteParameter: Op<"ssm", "DeleteParameter"> = (cx, input) => {
  const name = input.Name ?? ""
  checkLength("name", name, 1, 2048)
  const parameter = cx.tx.parameters.get(parameterKey({ ...cx.scope, name: name.trim() }))
  if (!parameter) throw notFound()
  removeParameter(cx.tx, parameter)
  return {}
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html */
export const DeleteParameters: Op<"ssm", "DeleteParameters"> = (cx, input) => {
  const names = input.Names ?? []
  checkCount("names", names, 10)
  const DeletedParameters: string[] = []
  const InvalidParameters: string[] = []
  for (const name of new Set(names)) {
    const parameter = cx.tx.parameters.get(parameterKey({ ...cx.scope, name }))
    if (parameter) removeParameter(cx.tx, parameter)
    ;(parameter ? DeletedParameters : InvalidParameters).push(name)
  }
  return { DeletedParameters, InvalidParameters }
}
