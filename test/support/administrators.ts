// Users and roles that may do everything, for tests in which somebody else than the account's root calls.
import type { Caller } from "../../src/gate/index.ts"
import type { State } from "../../src/state/index.ts"

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1)

/** Makes the user (`userId`) or the role (`roleArn`) of each caller, with AWS's AdministratorAccess. */
export const letDoAll = (state: State, ...callers: readonly Caller[]): void => {
  state.transact((tx) => {
    for (const { kind, account, arn, userId, roleArn } of callers) {
      const common = {
        ...{ account, path: "/", createdAt: 0, inline: [], tags: [] },
        attached: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      }
      if (kind === "user" && userId !== undefined) {
        tx.iamUsers.insert({ ...common, arn, name: lastPart(arn), id: userId, groups: [] })
      } else if (kind === "role" && roleArn !== undefined) {
        const name = lastPart(roleArn)
        tx.iamRoles.insert({ ...common, arn: roleArn, name, id: `AROA${name}`, trust: "{}", maxSessionDuration: 3600 })
      } else throw new Error(`nobody can be made of ${arn}`)
    }
  })
}
