// The role credentials of the tasks on this host, in memory only: they come from the control plane, which sends them
// again after every restart of the agent (sendCredentials).
import type { IamRoleCredentials } from "../protocol/index.ts"
import type { CredentialsStore } from "./types.ts"

type Role = "TaskApplication" | "TaskExecution"

/** An empty {@link CredentialsStore}. A set replaces the one of the same task and role, whatever its id was. */
export const newCredentialsStore = (): CredentialsStore => {
  const byTask = new Map<string, Map<Role, IamRoleCredentials>>()
  const byId = new Map<
    string,
    { readonly taskArn: string; readonly role: Role; readonly credentials: IamRoleCredentials }
  >()
  const waiting = new Set<() => void>()
  return {
    set: (taskArn, role, credentials) => {
      const roles = byTask.get(taskArn) ?? new Map<Role, IamRoleCredentials>()
      const old = roles.get(role)
      if (old) byId.delete(old.credentialsId)
      byTask.set(taskArn, roles.set(role, credentials))
      byId.set(credentials.credentialsId, { taskArn, role, credentials })
      for (const look of [...waiting]) look()
    },
    byId: (id) => byId.get(id),
    forTask: (taskArn, role) => byTask.get(taskArn)?.get(role),
    whenSet: (taskArn, role, signal) =>
      new Promise((resolve) => {
        const look = () => {
          if (!signal.aborted && !byTask.get(taskArn)?.has(role)) return
          waiting.delete(look)
          signal.removeEventListener("abort", look)
          resolve()
        }
        waiting.add(look)
        signal.addEventListener("abort", look)
        look()
      }),
    forget: (taskArn) => {
      for (const credentials of byTask.get(taskArn)?.values() ?? []) byId.delete(credentials.credentialsId)
      byTask.delete(taskArn)
    },
  }
}
