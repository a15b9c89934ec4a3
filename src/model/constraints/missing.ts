// How each service says that a required member is absent. Written by hand: the schemas do not know. The generic words are those
// of AWS's common service framework.
import type { ServiceName } from "../operations.ts"

/** What the caller is told. */
export interface Missing {
  readonly code: string
  readonly message: string
}

type Words = (operation: string, paths: readonly string[]) => Missing

/** The framework names members as its own language spells them, whatever the wire does: `SecretId` is `secretId`. */
const spelled = (path: string): string => path.replace(/(^|\.)[A-Z]/g, (start) => start.toLowerCase())

const framework =
  (code: string): Words =>
  (_operation, paths) => {
    const each = paths.map((path) => `Value null at '${spelled(path)}' failed to satisfy constraint: Member must not be null`)
    return { code, message: `${paths.length} validation error${paths.length === 1 ? "" : "s"} detected: ${each.join("; ")}` }
  }

const parameter =
  (code: string, sentence: (name: string) => string): Words =>
  (_operation, paths) => ({ code, message: sentence(paths[0] ?? "") })

const words: Readonly<Record<ServiceName, Words>> = {
  acm: framework("ValidationException"),
  "application-autoscaling": framework("ValidationException"),
  autoscaling: framework("ValidationError"),
  cloudwatch: parameter("MissingParameter", (name) => `The parameter ${name} is required.`),
  dynamodb: framework("ValidationException"),
  ec2: parameter("MissingParameter", (name) => `The request must contain the parameter ${name}`),
  ecr: parameter("InvalidParameterException", (name) => `Invalid parameter at '${name}' failed to satisfy constraint: 'must not be null'`),
  ecs: (operation, paths) => ecsWords(operation, paths[0] ?? ""),
  efs: parameter("BadRequest", (name) => `${name} must not be null`),
  elb: framework("ValidationError"),
  elbv2: framework("ValidationError"),
  events: framework("ValidationException"),
  iam: framework("ValidationError"),
  logs: framework("InvalidParameterException"),
  s3: parameter("InvalidRequest", (name) => `Missing required parameter: ${name}`),
  scheduler: framework("ValidationException"),
  secretsmanager: framework("ValidationException"),
  servicediscovery: framework("InvalidInput"),
  sns: parameter("InvalidParameter", (name) => `Invalid parameter: ${name} Reason: no value for required parameter`),
  sqs: parameter("MissingParameter", (name) => `The request must contain the parameter ${name}.`),
  ssm: framework("ValidationException"),
  sts: framework("ValidationError"),
}

/** The error of a request that lacks `paths` (at least one). */
export const missingRequired = (service: ServiceName, operation: string, paths: readonly string[]): Missing => words[service](operation, paths)

/** ECS's own words where they are known (reference section 1.8); the others follow their pattern. */
const ecsKnown: Readonly<Record<string, Missing>> = {
  "DescribeTasks.tasks": { code: "InvalidParameterException", message: "Tasks cannot be empty." },
  "DescribeContainerInstances.containerInstances": { code: "ClientException", message: "Container Instances cannot be empty." },
  "RegisterTaskDefinition.containerDefinitions": { code: "ClientException", message: "Container list cannot be empty." },
  "RunTask.taskDefinition": { code: "InvalidParameterException", message: "TaskDefinition can not be blank." },
  "StartTask.taskDefinition": { code: "InvalidParameterException", message: "TaskDefinition can not be blank." },
}

const ecsWords = (operation: string, path: string): Missing => {
  const known = Object.hasOwn(ecsKnown, `${operation}.${path}`) ? ecsKnown[`${operation}.${path}`] : undefined
  if (known) return known
  const name = path.split(".").at(-1) ?? path
  const code = operation === "RegisterTaskDefinition" ? "ClientException" : "InvalidParameterException"
  return { code, message: `${name.slice(0, 1).toUpperCase()}${name.slice(1)} cannot be empty.` }
}
