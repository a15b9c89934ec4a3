// Access keys of users: two at most, the secret shown once, an inactive one refused from the next request on.
import type { Op, ReadCx, ReadOp } from "../../../gate/index.ts"
import { type Fault, fault } from "../../../kernel/index.ts"
import { type AccessKeyRow, newAccessKey } from "../../../state/index.ts"
import { userNamed, userOrCaller } from "../find.ts"
import { pageInOrder } from "../pages.ts"
import { dateOf } from "../shapes.ts"

const most = 2

const missing = (id: string): Fault => fault("NoSuchEntity", `The Access Key with id ${id} cannot be found.`)

const statusOf = (key: AccessKeyRow) => (key.status === "Inactive" ? "Inactive" : "Active")

/** Not one of a session, and not deleted. */
const isListed = (key: AccessKeyRow): boolean => key.sessionToken === undefined && key.status !== "Deleted"

/** A user's own key by its id. */
const keyOf = (cx: Pick<ReadCx, "tx" | "scope" | "caller">, name: string, id: string): AccessKeyRow => {
  const user = userNamed(cx, name)
  const key = cx.tx.accessKeys.get(id)
  if (key?.principal.kind !== "user" || key.principal.userId !== user.id || !isListed(key)) throw missing(id)
  return key
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html */
export const CreateAccessKey: Op<"iam", "CreateAccessKey"> = (cx, input) => {
  const user = userNamed(cx, userOrCaller(cx, input.UserName))
  if (cx.tx.accessKeys.count("user", user.id) >= most)
    throw fault("LimitExceeded", `Cannot exceed quota for AccessKeysPerUser: ${most}`)
  const made = newAccessKey(cx.ids, user.account, "long-term")
  cx.tx.accessKeys.insert({
    ...made,
    account: user.account,
    principal: { kind: "user", userId: user.id },
    createdAt: cx.now,
    status: "Active",
  })
  return {
    AccessKey: {
      UserName: user.name,
      AccessKeyId: made.accessKeyId,
      Status: "Active",
      SecretAccessKey: made.secretAccessKey,
      CreateDate: dateOf(cx.now),
    },
  }
}

export const ListAccessKeys: ReadOp<"iam", "ListAccessKeys"> = (cx, { UserName, ...paging }) => {
  const user = userNamed(cx, userOrCaller(cx, UserName))
  const { rows, frame } = pageInOrder(cx.tx.accessKeys.by("user", user.id), paging)
  return {
    AccessKeyMetadata: rows.map((key) => ({
      UserName: user.name,
      AccessKeyId: key.accessKeyId,
      Status: statusOf(key),
      CreateDate: dateOf(key.createdAt),
    })),
    ...frame,
  }
}

export const UpdateAccessKey: Op<"iam", "UpdateAccessKey"> = (cx, { UserName, AccessKeyId = "", Status }) => {
  keyOf(cx, userOrCaller(cx, UserName), AccessKeyId)
  cx.tx.accessKeys.patch(AccessKeyId, { status: Status === "Inactive" ? "Inactive" : "Active" })
  return {}
}

export const DeleteAccessKey: Op<"iam", "DeleteAccessKey"> = (cx, { UserName, AccessKeyId = "" }) => {
  keyOf(cx, userOrCaller(cx, UserName), AccessKeyId)
  cx.tx.accessKeys.patch(AccessKeyId, { status: "Deleted", secretAccessKey: "" })
  cx.tx.iamUses.delete(AccessKeyId)
  return {}
}

/** A key that was never used answers N/A, as AWS does. */
export const GetAccessKeyLastUsed: ReadOp<"iam", "GetAccessKeyLastUsed"> = (cx, { AccessKeyId = "" }) => {
  const key = cx.tx.accessKeys.get(AccessKeyId)
  const user = key?.principal.kind === "user" ? cx.tx.iamUsers.first("id", key.principal.userId) : undefined
  if (!key || !user || !isListed(key) || key.account !== cx.scope.account) throw missing(AccessKeyId)
  const use = cx.tx.iamUses.get(AccessKeyId)
  return {
    UserName: user.name,
    AccessKeyLastUsed: use
      ? { LastUsedDate: dateOf(use.at), ServiceName: use.service, Region: use.region }
      : { LastUsedDate: undefined, ServiceName: "N/A", Region: "N/A" },
  }
}
