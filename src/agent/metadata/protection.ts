// The task protection endpoint: what a task may say about its own scale-in, passed on to ECS with the task's role.
import { Fault } from "../../kernel/index.ts"
import type { TaskSnapshot } from "../types.ts"
import { type Answer, type Ask, type MetadataParts, ok } from "./answer.ts"
import { rfc3339Nano } from "./times.ts"

/** GET asks, PUT sets. `task` is undefined when the endpoint id is unknown to the asker. */
export const protectionAnswer = async (
  parts: MetadataParts,
  task: TaskSnapshot | undefined,
  ask: Ask,
): Promise<Answer> => {
  if (!task) return failure(404, undefined, "ResourceNotFoundException", "Failed to find a task for the request")
  const wish = ask.method === "PUT" ? parseWish(ask.body) : undefined
  if (typeof wish === "string") return failure(400, task.arn, "InvalidParameterException", `Invalid request: ${wish}`)
  const role = parts.credentials.forTask(task.arn, "TaskApplication")
  if (!role)
    return failure(
      403,
      task.arn,
      "AccessDeniedException",
      "Invalid Request: no task IAM role credentials available for task",
    )
  const ecs = parts.ecsAs(role)
  const input = { cluster: task.definition.taskClusterArn ?? parts.cluster, tasks: [task.arn] }
  try {
    const { protectedTasks = [], failures = [] } = wish
      ? await ecs("UpdateTaskProtection", { ...input, ...wish })
      : await ecs("GetTaskProtection", input)
    const [refused] = failures
    if (refused)
      return ok({
        failure: {
          Arn: refused.arn,
          Reason: refused.reason,
          ...(refused.detail !== undefined && { Detail: refused.detail }),
        },
      })
    const [state] = protectedTasks
    if (!state) return failure(500, task.arn, "ServerException", "Unexpected error occurred")
    return ok({
      protection: {
        ExpirationDate: state.expirationDate ? rfc3339Nano(state.expirationDate.getTime()) : null,
        ProtectionEnabled: state.protectionEnabled ?? false,
        TaskArn: state.taskArn,
      },
    })
  } catch (error) {
    if (error instanceof Fault) return failure(error.status ?? 400, task.arn, error.code, error.message)
    return failure(500, task.arn, "ServerException", "Failed to reach the control plane")
  }
}

const failure = (status: number, arn: string | undefined, code: string, message: string): Answer => ({
  status,
  body: { error: { ...(arn !== undefined && { Arn: arn }), Code: code, Message: message } },
})

/** The input of UpdateTaskProtection, or what is wrong with the body. */
const parseWish = (body: string): { protectionEnabled: boolean; expiresInMinutes?: number } | string => {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return "the body is not JSON"
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "the body is not a JSON object"
  const { ProtectionEnabled: enabled, ExpiresInMinutes: minutes, ...others } = value as Record<string, unknown>
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) return `unknown field "${unknown}"`
  if (enabled === undefined || enabled === null) return "does not contain 'ProtectionEnabled' field"
  if (typeof enabled !== "boolean") return "'ProtectionEnabled' is not a boolean"
  if (minutes === undefined || minutes === null) return { protectionEnabled: enabled }
  if (typeof minutes !== "number" || !Number.isInteger(minutes)) return "'ExpiresInMinutes' is not an integer"
  return { protectionEnabled: enabled, expiresInMinutes: minutes }
}
