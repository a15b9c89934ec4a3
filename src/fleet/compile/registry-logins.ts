// Registry logins as a table: how a container says that its image needs one.
import type { RegistryAuthentication } from "../../protocol/index.ts"
import type { ContainerInput } from "./container-input.ts"

type Compile = (input: ContainerInput) => RegistryAuthentication | undefined

const ecrImage = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.(?:amazonaws\.com|localhost)/

/** An address of our own registry; account and region are the task's then (docs/decisions/0017). */
const ownAddress = /^(?:127(?:\.\d{1,3}){3}|localhost):(\d{1,5})\//

const registryOf = ({ container, task, registryPort }: ContainerInput) => {
  const image = container.image ?? ""
  const [, account, region] = ecrImage.exec(image) ?? []
  if (account !== undefined && region !== undefined) return { registryId: account, region }
  const port = ownAddress.exec(image)?.[1]
  return port !== undefined && Number(port) === registryPort
    ? { registryId: task.account, region: task.region }
    : undefined
}

const logins: readonly Compile[] = [
  ({ container, task }) => {
    const { credentialsParameter } = container.repositoryCredentials ?? {}
    return credentialsParameter === undefined
      ? undefined
      : { type: "asm", asmAuthData: { credentialsParameter, region: task.region } }
  },
  (input) => {
    const { hasExecutionRole, logsEndpoint } = input
    const registry = registryOf(input)
    if (!registry) return undefined
    const endpoint = logsEndpoint !== undefined && { endpointOverride: logsEndpoint }
    return { type: "ecr", ecrAuthData: { ...registry, ...endpoint, useExecutionRole: hasExecutionRole } }
  },
]

/** `registryAuthentication` of a container, or undefined when its image needs no login. */
export const compileRegistryLogin: Compile = (input) => {
  for (const login of logins) {
    const found = login(input)
    if (found) return found
  }
  return undefined
}
