// Service-linked roles: made for a service under a fixed name, deleted only when nothing of that service is left.
import type { Cx, Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { type IamRoleRow, iamKey, newUniqueId, type RoleDeletion } from "../../../state/index.ts"
import { arnOf } from "../arns.ts"
import { aboutNamed, roleNamed } from "../find.ts"
import { type About, changing, type Part, reading } from "../operation.ts"
import { nameKey, newRoleShape } from "../shapes.ts"
import { linkedServices } from "./linked-services.ts"

const folderOf = (service: string): string => `/aws-service-role/${service}/`

const nameOf = (service: string, suffix: string | undefined): string | undefined => {
  const known = linkedServices[service]
  return known && (suffix === undefined ? known.roleName : `${known.roleName}_${suffix}`)
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html */
const CreateServiceLinkedRole: Op<"iam", "CreateServiceLinkedRole"> = (cx, input) => {
  const { AWSServiceName: service = "", CustomSuffix: suffix, Description: description } = input
  const known = linkedServices[service]
  const name = nameOf(service, suffix)
  // AWS has roles for more services than there are here; for a name that is none it says about the same. text from memory
  if (!known || name === undefined) throw fault("InvalidInput", `There is no service-linked role for ${service}.`)
  if (suffix !== undefined && !known.suffixes)
    throw fault("InvalidInput", `Custom suffix is not allowed for ${service}`)
  const { account } = cx.scope
  if (cx.tx.iamRoles.has(iamKey(account, name)))
    throw fault(
      "InvalidInput",
      `Service role name ${name} has been taken in this account, please try a different suffix.`,
    )
  const path = folderOf(service)
  const role = cx.tx.iamRoles.insert({
    account,
    name,
    id: newUniqueId(cx.ids, "AROA"),
    path,
    arn: arnOf("role", account, path, name),
    createdAt: cx.now,
    trust: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    }),
    maxSessionDuration: 3600,
    attached: [`arn:aws:iam::aws:policy/aws-service-role/${known.policy}`],
    inline: [],
    tags: [],
    linkedTo: service,
    ...(description !== undefined && { description }),
  })
  return { Role: newRoleShape(role) }
}

/** What still needs a role, by the ARNs of whatever uses it. AWS asks the service; here its records are at hand. */
const usersOf = ({ tx }: Pick<Cx, "tx">, { account, linkedTo }: IamRoleRow): readonly string[] => {
  if (linkedTo === "elasticloadbalancing.amazonaws.com")
    return [...tx.loadBalancers.all()].flatMap((b) => (b.account === account ? b.arn : []))
  if (linkedTo !== "ecs.amazonaws.com") return []
  return [...tx.clusters.all()].flatMap((c) => (c.account === account && c.status === "ACTIVE" ? c.arn : []))
}

/** How many finished deletions are remembered for those who ask. */
const remembered = 50

/** The deletion is a task of its own, which can be asked about; here it is over when the answer leaves. */
const DeleteServiceLinkedRole: Op<"iam", "DeleteServiceLinkedRole"> = (cx, { RoleName }) => {
  const role = roleNamed(cx, RoleName)
  if (role.linkedTo === undefined)
    // text from memory
    throw fault("InvalidInput", `Role ${role.name} is not a service-linked role.`)
  const taskId = `task${role.path}${role.name}/${cx.ids.uuid()}`
  const resources = usersOf(cx, role)
  const deletion: RoleDeletion =
    resources.length > 0
      ? {
          taskId,
          roleArn: role.arn,
          status: "FAILED",
          // text from memory
          reason: "Could not delete the service-linked role because resources of the service still use it.",
          resources,
        }
      : { taskId, roleArn: role.arn, status: "SUCCEEDED" }
  if (deletion.status === "SUCCEEDED") {
    cx.tx.iamRoles.delete(nameKey(role))
    cx.tx.iamUses.delete(role.id)
  }
  const row = cx.tx.iamAccounts.get(role.account) ?? { account: role.account, roleDeletions: [] }
  cx.tx.iamAccounts.put({ ...row, roleDeletions: [...row.roleDeletions, deletion].slice(-remembered) })
  return { DeletionTaskId: taskId }
}

const GetServiceLinkedRoleDeletionStatus: ReadOp<"iam", "GetServiceLinkedRoleDeletionStatus"> = (cx, input) => {
  const { roleDeletions = [] } = cx.tx.iamAccounts.get(cx.scope.account) ?? {}
  const found = roleDeletions.find(({ taskId }) => taskId === input.DeletionTaskId)
  // text from memory
  if (!found) throw fault("NoSuchEntity", `The deletion task with id ${input.DeletionTaskId} cannot be found.`)
  if (found.status === "SUCCEEDED") return { Status: found.status }
  return {
    Status: found.status,
    Reason: {
      Reason: found.reason,
      RoleUsageList: [...Map.groupBy(found.resources ?? [], (arn) => arn.split(":")[3] ?? "").entries()].map(
        ([Region, Resources]) => ({ Region, Resources }),
      ),
    },
  }
}

const linked = (service: string | undefined): About["conditions"] =>
  service === undefined ? {} : { "iam:AWSServiceName": service }

export const linkedRoleOperations: Part = {
  CreateServiceLinkedRole: changing("CreateServiceLinkedRole", CreateServiceLinkedRole, (cx, input) => {
    const service = input.AWSServiceName ?? ""
    const name = nameOf(service, input.CustomSuffix) ?? "*"
    return { resources: [arnOf("role", cx.scope.account, folderOf(service), name)], conditions: linked(service) }
  }),
  DeleteServiceLinkedRole: changing("DeleteServiceLinkedRole", DeleteServiceLinkedRole, (cx, input) => {
    const role = cx.tx.iamRoles.get(iamKey(cx.scope.account, input.RoleName ?? ""))
    return aboutNamed(cx, "role", input.RoleName, linked(role?.linkedTo))
  }),
  GetServiceLinkedRoleDeletionStatus: reading(
    "GetServiceLinkedRoleDeletionStatus",
    GetServiceLinkedRoleDeletionStatus,
    (cx, input) => {
      const name = (input.DeletionTaskId ?? "").split("/").at(-2) ?? ""
      return aboutNamed(cx, "role", name)
    },
  ),
}
