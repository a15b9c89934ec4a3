// Logins for registries: what Docker is told of who pulls. From Secrets Manager for a private registry, from ECR for its own.
import { registryAuthHeader } from "../../docker/index.ts"
import type { RegistryAuthentication } from "../../protocol/index.ts"
import type { TaskSnapshot } from "../types.ts"
import { type Asking, ask } from "./asking.ts"
import { failureOf } from "./failure.ts"
import type { RoleClients } from "./ports.ts"

interface Login {
  readonly username: string
  readonly password: string
}

/** Docker's X-Registry-Auth for an image. Throws an ExecutionFailure when there is none to be had. */
export const fetchLogin = async (
  task: TaskSnapshot,
  image: string,
  how: RegistryAuthentication,
  clients: RoleClients,
  asking: Asking,
): Promise<string> => {
  const login =
    how.type === "asm"
      ? await fromSecret(task, how.asmAuthData, clients, asking)
      : await fromEcr(task, how.ecrAuthData, clients, asking)
  return registryAuthHeader({ ...login, serveraddress: registryOf(image) })
}

/** The part of a reference before the first slash, when it is a host. */
const registryOf = (image: string): string => {
  const [first = "", ...rest] = image.split("/")
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "https://index.docker.io/v1/"
}

type AsmData = Extract<RegistryAuthentication, { type: "asm" }>["asmAuthData"]
type EcrData = Extract<RegistryAuthentication, { type: "ecr" }>["ecrAuthData"]

const fromSecret = async (
  task: TaskSnapshot,
  { credentialsParameter, region }: AsmData,
  clients: RoleClients,
  asking: Asking,
): Promise<Login> => {
  const wanted = { what: "login", arn: credentialsParameter } as const
  const asked = await ask(asking, () =>
    clients("secretsmanager", region)("GetSecretValue", { SecretId: credentialsParameter }),
  )
  if ("refusal" in asked) throw failureOf(task, wanted, asked.refusal)
  const login = loginOf(asked.answer.SecretString ?? "")
  if (typeof login === "string") throw failureOf(task, wanted, { attempts: 1, text: login })
  return login
}

/** What the secret holds, or what is wrong with it in the words of amazon-ecs-agent's asm.go. */
const loginOf = (secret: string): Login | string => {
  if (secret === "") return "asm fetching authorization data: empty secrets value"
  let parsed: unknown
  try {
    parsed = JSON.parse(secret)
  } catch {
    parsed = undefined
  }
  const broken = "asm fetching authorization data: unable to unmarshal secret value, invalid schema"
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return broken
  // As Go reads JSON: whatever the case of the names.
  const members = new Map(Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value as unknown]))
  const [username = "", password = ""] = [members.get("username"), members.get("password")]
  if (typeof username !== "string" || typeof password !== "string") return broken
  if (username === "") return "asm fetching username: AuthorizationData is malformed, empty field"
  if (password === "") return "asm fetching password: AuthorizationData is malformed, empty field"
  return { username, password }
}

const fromEcr = async (
  task: TaskSnapshot,
  { registryId, region }: EcrData,
  clients: RoleClients,
  asking: Asking,
): Promise<Login> => {
  const asked = await ask(asking, () => clients("ecr", region)("GetAuthorizationToken", { registryIds: [registryId] }))
  if ("refusal" in asked) throw failureOf(task, { what: "ecr" }, asked.refusal)
  const token = asked.answer.authorizationData?.[0]?.authorizationToken ?? ""
  const [username = "", ...rest] = Buffer.from(token, "base64").toString().split(":")
  return { username, password: rest.join(":") }
}
