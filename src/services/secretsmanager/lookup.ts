// From a SecretId to the secret that it means: its name, its ARN, or its ARN without the hyphen and six characters at the end.
import type { ReadCx } from "../../gate/index.ts"
import { fault, formatArn, parseArn, type Scope, scopeKey } from "../../kernel/index.ts"
import type { SecretRow, View } from "../../state/index.ts"
import { checkLength, invalidName, isName } from "./checks.ts"

export const keyOf = (secret: Pick<SecretRow, "account" | "region" | "name">): string =>
  `${secret.account}/${secret.region}/${secret.name}`

export const notFound = () => fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")

const marked = () =>
  fault("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")

/** The name in an ARN of ours; undefined for any other text. */
const nameInArn = (id: string): { readonly scope: Scope; readonly name: string } | undefined => {
  const arn = parseArn(id)
  if (arn?.service !== "secretsmanager" || !arn.resource.startsWith("secret:")) return undefined
  return { scope: { account: arn.account, region: arn.region }, name: arn.resource.slice("secret:".length) }
}

/**
 * A name that ends like the random part of an ARN cannot be found by an ARN without it: AWS takes its end for that part and
 * warns of such names.
 */
const looksComplete = (name: string): boolean => /-[A-Za-z0-9]{6}$/.test(name)

/** The secret that `id` means, for a caller of `scope`. Throws nothing. */
export const findSecret = (view: View, scope: Scope, id: string): SecretRow | undefined => {
  const arn = nameInArn(id)
  if (!arn) return view.secrets.get(`${scopeKey(scope)}/${id}`)
  // An endpoint answers for its own region alone. Of another account it may be: then its resource policy must let the caller in.
  if (arn.scope.region !== scope.region) return undefined
  const whole = view.secrets.first("arn", id)
  if (whole) return whole
  return looksComplete(arn.name) ? undefined : view.secrets.get(`${scopeKey(arn.scope)}/${arn.name}`)
}

/** What the demands of an operation name: the secret's ARN, or for one that is not there the ARN that it would begin with. */
export const arnFor = (cx: ReadCx, id: string): string =>
  findSecret(cx.tx, cx.scope, id)?.arn ??
  (id.startsWith("arn:") ? id : formatArn("secretsmanager", cx.scope, `secret:${id}`))

const checkId = (id: string | undefined): string => {
  const text = id ?? ""
  checkLength("secretId", text, 1, 2048)
  if (!isName(nameInArn(text)?.name ?? text)) throw invalidName()
  return text
}

/** The secret that an operation is about, also when it is marked for deletion. */
export const secretOf = (cx: ReadCx, id: string | undefined): SecretRow => {
  const secret = findSecret(cx.tx, cx.scope, checkId(id))
  if (!secret) throw notFound()
  return secret
}

/** The same for an operation that a secret marked for deletion refuses. */
export const liveSecretOf = (cx: ReadCx, id: string | undefined): SecretRow => {
  const secret = secretOf(cx, id)
  if (secret.deletion) throw marked()
  return secret
}

/** The name that was meant, for an operation that answers for secrets that never were. */
export const nameMeant = (id: string | undefined): string => {
  const text = checkId(id)
  return nameInArn(text)?.name.replace(/-[A-Za-z0-9]{6}$/, "") ?? text
}
