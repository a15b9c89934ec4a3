// What IAM demands of a role's trust policy beyond the form of any document: its size, and that whom it names is there.
import type { Cx, ReadCx } from "../../../gate/index.ts"
import { fault, parseArn } from "../../../kernel/index.ts"
import { checkDocument, sizeOf } from "../documents.ts"
import { nameKey } from "../shapes.ts"

/** Characters without white space; the quota that AWS gives every account. */
const largest = 2048

/**
 * A trust policy as it is kept: unique ids of users and roles that are there give way to their ARNs. Throws for one that IAM
 * would not take.
 */
export const checkedTrust = (cx: Pick<ReadCx, "tx">, text: string): string => {
  checkDocument(text, "trust")
  if (sizeOf(text) > largest) throw fault("LimitExceeded", `Cannot exceed quota for ACLSizePerRole: ${largest}`)
  let kept = text
  for (const name of principalsOf(text)) {
    if (!isThere(cx, name)) throw fault("MalformedPolicyDocument", `Invalid principal in policy: "AWS":"${name}"`)
    const named = cx.tx.iamUsers.first("id", name) ?? cx.tx.iamRoles.first("id", name)
    if (named) kept = kept.replaceAll(JSON.stringify(name), JSON.stringify(named.arn))
  }
  return kept
}

/**
 * Gives a principal another name in every trust policy that names it: its new ARN when it is renamed, and its unique id when it
 * is deleted, as AWS does, so that another one of the same name is not trusted for it.
 */
export const renameInTrust = ({ tx }: Pick<Cx, "tx">, arn: string, name: string): void => {
  const [old, fresh] = [JSON.stringify(arn), JSON.stringify(name)]
  for (const role of [...tx.iamRoles.all()])
    if (role.trust.includes(old)) tx.iamRoles.patch(nameKey(role), { trust: role.trust.replaceAll(old, fresh) })
}

/** The AWS principals that a document names. Its form has been checked. */
const principalsOf = (text: string): readonly string[] => {
  const { Statement } = JSON.parse(text) as { Statement?: unknown }
  return [Statement].flat().flatMap((statement) => {
    const { Principal, NotPrincipal } = statement as { Principal?: unknown; NotPrincipal?: unknown }
    return [Principal, NotPrincipal].flatMap((principal) => {
      if (typeof principal !== "object" || principal === null) return []
      return [(principal as { AWS?: unknown }).AWS ?? []].flat().map(String)
    })
  })
}

/**
 * Whether a principal can be named: an account, its root, a unique id, a user or role that is there, or a session's name.
 * Users and roles are looked for in every account, as AWS does.
 */
const isThere = ({ tx }: Pick<ReadCx, "tx">, name: string): boolean => {
  if (name === "*" || /^\d{12}$/.test(name)) return true
  if (/^A(IDA|ROA)[A-Z0-9]{12,}$/.test(name))
    return tx.iamUsers.first("id", name) !== undefined || tx.iamRoles.first("id", name) !== undefined
  const arn = parseArn(name)
  if (!arn || !/^\d{12}$/.test(arn.account)) return false
  if (arn.service === "sts")
    return /^(assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+|federated-user\/[\w+=,.@-]+)$/.test(arn.resource)
  if (arn.service !== "iam") return false
  if (arn.resource === "root") return true
  return tx.iamUsers.first("arn", name) !== undefined || tx.iamRoles.first("arn", name) !== undefined
}
