// The roles of new tasks: found, checked for whether ECS may assume them, and their sessions made together with the record of
// the task. What becomes of sessions later is controllers/task-credentials.
import { assumableRole, type Cx, type ReadCx } from "../../../gate/index.ts"
import type { Fault } from "../../../kernel/index.ts"
import { type IamRoleRow, makeTaskSession, type TaskRow } from "../../../state/index.ts"
import { containersOf, type Definition, isGiven } from "../definition/definition.ts"
import { clientException } from "../faults.ts"

/** The roles that the tasks of one call act as. */
export interface TaskRoles {
  readonly application?: IamRoleRow
  readonly execution?: IamRoleRow
}

/** [field] aws-samples/aws-modern-application-workshop#88, boto/boto3#1878 and many others: RunTask and service events. */
const unable = "ECS was unable to assume the role"
const cannotAssume = (role: string) =>
  clientException(
    `${unable} '${role}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`,
  )

/** Whether a task was refused because of a role. */
export const isUnassumable = (thrown: Fault): boolean => thrown.message.startsWith(unable)

/** Whether somebody has made a role in this account: then names of roles are meant, docs/decisions/0018-roles-of-tasks.md. */
export const usesIam = (cx: Pick<ReadCx, "scope" | "tx">): boolean =>
  cx.tx.iamRoles.by("account", cx.scope.account).some((role) => role.linkedTo === undefined)

/** Work that only the execution role can do; all else the agent's own key can. */
const needsExecution = (definition: Definition): boolean =>
  containersOf(definition).some(
    ({ secrets, logConfiguration, repositoryCredentials }) =>
      isGiven(secrets) || isGiven(logConfiguration?.secretOptions) || repositoryCredentials !== undefined,
  )

const findRole = (cx: Cx, named: string | undefined, mustExist: () => boolean): IamRoleRow | undefined => {
  if (!named) return undefined
  const found = assumableRole(cx.tx, cx.scope.account, named, {
    service: "ecs-tasks.amazonaws.com",
    // As ECS asks for it: aws-behaviour.md section 7, "Trust principals".
    sourceArn: `arn:aws:ecs:${cx.scope.region}:${cx.scope.account}:*`,
    now: cx.wallNow,
  })
  if ("role" in found) return found.role
  if (found.why === "untrusted" || cx.auth === "strict" || mustExist()) throw cannotAssume(found.arn)
  cx.log.warn("The role of a task does not exist, and the task runs without it.", { role: found.arn })
  return undefined
}

/** Finds the roles of a definition, overrides merged in. Throws a ClientException for one that cannot be assumed. */
export const taskRoles = (cx: Cx, definition: Definition): TaskRoles => {
  const application = findRole(cx, definition.taskRoleArn, () => usesIam(cx))
  const execution = findRole(cx, definition.executionRoleArn, () => needsExecution(definition))
  return { ...(application && { application }), ...(execution && { execution }) }
}

/** Writes a new task down, with the sessions of its roles. */
export const insertTask = (cx: Cx, { application, execution }: TaskRoles, task: TaskRow): TaskRow => {
  if (application) makeTaskSession(cx, task, "TaskApplication", application)
  if (execution) makeTaskSession(cx, task, "TaskExecution", execution)
  return cx.tx.tasks.insert(task)
}
