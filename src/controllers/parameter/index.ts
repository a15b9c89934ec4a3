// Parameters with an Expiration policy go at its time, on the cloud clock.
import { removeParameter } from "../../services/ssm/index.ts"
import { type ParameterRow, parameterKey } from "../../state/index.ts"
import { again, type Controller, done, on } from "../controller.ts"
import { parametersPrincipal } from "../principals.ts"

/** Keyed by the parameter's key. */
export const parameterController: Controller = {
  name: "parameter",
  wakes: [on<ParameterRow>("parameters", (row) => (row.expiresAt === undefined ? undefined : parameterKey(row)))],
  keys: (view) => [...view.parameters.all()].filter(({ expiresAt }) => expiresAt !== undefined).map(parameterKey),
  reconcile: (cx, key) => {
    const parameter = cx.view((view) => view.parameters.get(key))
    if (parameter?.expiresAt === undefined) return done
    if (cx.now < parameter.expiresAt) return again(parameter.expiresAt)
    cx.commit(parameter, parametersPrincipal(parameter.account), ({ tx }) => removeParameter(tx, parameter))
    return done
  },
}
