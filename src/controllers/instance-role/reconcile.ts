// Carries out what plan.ts finds due: new keys of the role of an instance's profile in time, and an end to them when the
// profile or the instance goes. The instance hears of them from fleet/, which watches the record of its machine.
import { assumableRole, type Cx } from "../../gate/index.ts"
import { formatArn } from "../../kernel/index.ts"
import {
  type IamInstanceProfileRow,
  type IamRoleRow,
  type InstanceRow,
  type MachineRow,
  newAccessKey,
  newSessionToken,
  type View,
} from "../../state/index.ts"
import { again, type ClockPorts, type Controller, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"
import { instanceSessionLifetime, nextRoleMove, type RoleMove, type SeenRole } from "./plan.ts"

/** See the head of the file. Keyed by machine id. */
export const instanceRoleController = ({
  wallTime = (cloud) => cloud,
  cloudTime = (wall) => wall,
}: ClockPorts = {}): Controller => ({
  name: "instance-role",
  wakes: [
    on<MachineRow>("machines", (machine) => (machine.instance === undefined ? undefined : machine.id)),
    on<InstanceRow>("instances", (row, view) => machinesOf(view, (one) => one.instance === instanceKey(row))),
    // Rare beside everything else: all instances that have a profile are looked at.
    on<IamInstanceProfileRow>("iamInstanceProfiles", (_row, view) =>
      machinesOf(view, ({ role }) => role !== undefined),
    ),
    on<IamRoleRow>("iamRoles", (_row, view) => machinesOf(view, ({ role }) => role !== undefined)),
  ],
  keys: (view) => machinesOf(view, ({ instance }) => instance !== undefined),
  reconcile: (cx, machineId) => {
    const now = Math.floor(wallTime(cx.now))
    const look = (view: View) => seen(view, machineId, now)
    const found = cx.view(look)
    if (!found) return done
    const move = nextRoleMove(found.seen)
    if (move.kind === "wait") return move.until === undefined ? done : again(Math.ceil(cloudTime(move.until)))
    cx.commit(found.row, ecsPrincipal(found.row.account), (inner) => carryOut(inner, found, move, now))
    return done
  },
})

const instanceKey = (row: InstanceRow): string => `${row.account}/${row.region}/${row.id}`

const machinesOf = (view: View, wanted: (machine: MachineRow) => boolean): string[] =>
  [...view.machines.all()].filter(wanted).map(({ id }) => id)

interface Found {
  readonly machine: MachineRow
  readonly row: InstanceRow
  readonly role?: IamRoleRow
  readonly seen: SeenRole
}

const seen = (view: View, machineId: string, now: number): Found | undefined => {
  const machine = view.machines.get(machineId)
  const row = machine?.instance === undefined ? undefined : view.instances.get(machine.instance)
  if (!machine || !row) return undefined
  const profile = row.instanceProfile && view.iamInstanceProfiles.first("arn", row.instanceProfile.arn)
  const named = profile?.role === undefined ? undefined : view.iamRoles.get(profile.role)
  const assumed =
    named &&
    assumableRole(view, row.account, named.arn, {
      service: "ec2.amazonaws.com",
      sourceArn: formatArn("ec2", row, `instance/${row.id}`),
      now,
    })
  const role = assumed && "role" in assumed ? assumed.role : undefined
  return {
    ...{ machine, row },
    ...(role && { role }),
    seen: {
      ...{ instance: row, now },
      ...(machine.role && { session: machine.role }),
      ...(named && { role: { name: named.name, ...(role && { id: role.id }) } }),
    },
  }
}

const carryOut = (cx: Cx, { machine, row, role }: Found, move: Exclude<RoleMove, { kind: "wait" }>, now: number) => {
  const { tx, ids } = cx
  const before = machine.role
  const profileArn = row.instanceProfile?.arn ?? ""
  const isSame = move.kind === "renew" && before?.profileArn === profileArn && before.roleId === role?.id
  const kept = isSame ? before.keys.filter(({ expiresAt }) => expiresAt > now) : []
  for (const { accessKeyId } of before?.keys ?? []) {
    if (!kept.some((key) => key.accessKeyId === accessKeyId)) tx.accessKeys.delete(accessKeyId)
  }
  if (move.kind === "end") return tx.machines.patch(machine.id, { role: undefined })
  if (move.kind === "refuse" || !role) {
    const roleName = move.kind === "refuse" ? move.roleName : undefined
    cx.log.warn("The profile of an EC2 instance gives it no role.", {
      instance: row.id,
      profile: profileArn,
      ...(roleName !== undefined && {
        role: roleName,
        reason: "its trust policy does not let ec2.amazonaws.com assume it",
      }),
    })
    const found = { profileArn, at: now, keys: [], ...(roleName !== undefined && { roleName }) }
    return tx.machines.patch(machine.id, { role: found })
  }
  const expiresAt = now + instanceSessionLifetime
  const { accessKeyId } = tx.accessKeys.insert({
    ...newAccessKey(ids, row.account, "temporary"),
    sessionToken: newSessionToken(ids),
    expiresAt,
    account: row.account,
    principal: { kind: "role", roleArn: role.arn, roleId: role.id, sessionName: row.id, machineId: machine.id },
    createdAt: now,
  })
  const { name: roleName, id: roleId } = role
  const keys = [...kept, { accessKeyId, expiresAt }]
  return tx.machines.patch(machine.id, { role: { profileArn, at: now, roleName, roleId, keys } })
}
