// The values of a task's secrets, from Secrets Manager and Parameter Store with the keys of its execution role. They are kept
// in memory only, until their containers are made.
import type { AcsSecret } from "../../protocol/index.ts"
import type { TaskSnapshot } from "../types.ts"
import { type Asking, ask } from "./asking.ts"
import { memberOf, parseAsmReference } from "./asm-reference.ts"
import { failureOf } from "./failure.ts"
import type { RoleClients } from "./ports.ts"

/** GetParameters takes so many names. */
const mostNames = 10

/** Values by provider, region and `valueFrom`: what two containers name is fetched once. */
export type SecretValues = ReadonlyMap<string, string>

export const secretKey = ({ provider, region, valueFrom }: AcsSecret): string => `${provider} ${region} ${valueFrom}`

/** All secrets of the task. Throws an ExecutionFailure for the first that cannot be had. */
export const fetchSecrets = async (task: TaskSnapshot, clients: RoleClients, asking: Asking): Promise<SecretValues> => {
  const wanted = new Map(task.containers.flatMap((c) => c.definition.secrets ?? []).map((s) => [secretKey(s), s]))
  const all = [...wanted.values()]
  const asm = all.filter(({ provider }) => provider === "asm")
  const parameters = Map.groupBy(
    all.filter(({ provider }) => provider === "ssm"),
    ({ region }) => region,
  )
  const found = await Promise.all([
    ...asm.map((secret) => asmSecret(task, secret, clients, asking)),
    ...[...parameters].flatMap(([region, secrets]) =>
      inPieces(secrets).map((some) => someParameters(task, region, some, clients, asking)),
    ),
  ])
  return new Map(found.flat())
}

type Found = readonly (readonly [key: string, value: string])[]

const asmSecret = async (
  task: TaskSnapshot,
  secret: AcsSecret,
  clients: RoleClients,
  asking: Asking,
): Promise<Found> => {
  const { valueFrom, region } = secret
  const reference = parseAsmReference(valueFrom)
  const wanted = { what: "secret", arn: reference?.SecretId ?? valueFrom, region } as const
  const refuse = (text: string) => failureOf(task, wanted, { attempts: 1, text })
  if (!reference) {
    throw refuse(
      `trying to retrieve secret with value ${valueFrom} resulted in error: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.`,
    )
  }
  const { jsonKey, ...input } = reference
  const asked = await ask(asking, () => clients("secretsmanager", region)("GetSecretValue", input))
  if ("refusal" in asked) throw failureOf(task, wanted, asked.refusal)
  // A secret of bytes has no text; the official agent puts nothing in its place.
  const text = asked.answer.SecretString ?? ""
  if (jsonKey === undefined) return [[secretKey(secret), text]]
  const member = memberOf(text, jsonKey)
  if ("wrong" in member) throw refuse(member.wrong)
  return [[secretKey(secret), member.value]]
}

const someParameters = async (
  task: TaskSnapshot,
  region: string | undefined,
  secrets: readonly AcsSecret[],
  clients: RoleClients,
  asking: Asking,
): Promise<Found> => {
  const wanted = { what: "parameters", region } as const
  const Names = secrets.map(({ valueFrom }) => valueFrom)
  const asked = await ask(asking, () => clients("ssm", region)("GetParameters", { Names, WithDecryption: true }))
  if ("refusal" in asked) throw failureOf(task, wanted, asked.refusal)
  const { Parameters = [], InvalidParameters = [] } = asked.answer
  if (InvalidParameters.length > 0)
    throw failureOf(task, wanted, { attempts: 1, text: `invalid parameters: ${InvalidParameters.join(",")}` })
  return secrets.map((secret) => {
    // Asked by ARN, by name, or by either with a version or label behind it; the answer has the bare name, and the rest apart.
    const { valueFrom } = secret
    const value = Parameters.find(
      ({ ARN, Name, Selector = "" }) => valueFrom === `${ARN}${Selector}` || valueFrom === `${Name}${Selector}`,
    )?.Value
    if (value === undefined) throw failureOf(task, wanted, { attempts: 1, text: `invalid parameters: ${valueFrom}` })
    return [secretKey(secret), value] as const
  })
}

const inPieces = <T>(list: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(list.length / mostNames) }, (_, i) => list.slice(i * mostNames, (i + 1) * mostNames))
