// How it is said that something of a task could not be fetched with its execution role. Fargate has one form for all of it,
// an agent on an instance says less.
import type { Fault } from "../../kernel/index.ts"
import { ExecutionFailure, type TaskSnapshot } from "../types.ts"

/** What was to be fetched. */
export type Wanted =
  | { readonly what: "secret"; readonly arn: string; readonly region: string | undefined }
  | { readonly what: "parameters"; readonly region: string | undefined }
  | { readonly what: "login"; readonly arn: string }
  | { readonly what: "ecr" }

/** A call that failed for good: how often it was tried, and the error. `text` is what was wrong with the answer instead. */
export interface Refusal {
  readonly attempts: number
  readonly error?: Fault
  readonly text?: string
}

export const isFargate = ({ definition }: TaskSnapshot): boolean => definition.launchType === "FARGATE"

/** The failure of a task on its host. */
export const failureOf = (task: TaskSnapshot, wanted: Wanted, refusal: Refusal): ExecutionFailure =>
  new ExecutionFailure(
    (isFargate(task) ? onFargate(wanted, refusal) : onInstance(wanted, refusal)).slice(0, 1024),
    refusal.error,
  )

const said = ({ error, text }: Refusal): string => (error ? `${error.code}: ${error.message}` : (text ?? ""))

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html, and reports of users:
// aws/copilot-cli#2095, rileydakota/valheim-ecs-fargate-cdk#9, https://repost.aws/knowledge-center/ecs-unable-to-pull-secrets.
const onFargate = (wanted: Wanted, refusal: Refusal): string => {
  const prefix =
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed"
  const tried = `service call has been retried ${refusal.attempts} time(s)`
  switch (wanted.what) {
    case "secret": {
      const which = refusal.error ? `failed to fetch secret ${wanted.arn} from secrets manager: ` : ""
      return `${prefix}: unable to retrieve secret from asm: ${tried}: ${which}${said(refusal)}`
    }
    case "parameters":
      return `${prefix}: unable to retrieve secrets from ssm: ${tried}: ${said(refusal).replace(/^invalid parameters/, "invalid ssm parameters")}`
    case "login": {
      const which = refusal.error ? `asm fetching secret from the service for ${wanted.arn}: ` : ""
      return `${prefix}: unable to get registry auth from asm: ${tried}: ${which}${said(refusal)}`
    }
    case "ecr":
      return `${prefix}: unable to retrieve ecr registry auth: ${tried}: ${said(refusal)}`
  }
}

// The words of amazon-ecs-agent: agent/asm/asm.go, agent/ssm/ssm.go and agent/taskresource/*secret*.go.
const onInstance = (wanted: Wanted, refusal: Refusal): string => {
  switch (wanted.what) {
    case "secret":
      return refusal.error?.code === "ResourceNotFoundException"
        ? `ResourceInitializationError: The task can't retrieve the secret with ARN '${wanted.arn}' from AWS Secrets Manager. Check that the secret ARN is correct: ${said(refusal)}`
        : said(refusal)
    case "parameters":
      return `fetching secret data from SSM Parameter Store in ${wanted.region}: ${said(refusal)}`
    case "login":
      return refusal.error ? `asm fetching secret from the service for ${wanted.arn}: ${said(refusal)}` : said(refusal)
    case "ecr":
      return `CannotPullECRContainerError: ${said(refusal)}`
  }
}

/** Whether asking again may help: the service had a bad moment. */
export const isPassing = (error: Fault): boolean => (error.status ?? 400) >= 500 || error.code.startsWith("Throttling")
