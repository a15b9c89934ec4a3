// Registry logins as a table: how a container says that its image needs one.
import type { RegistryAuthentication } from "../../protocol/index.ts"
import type { ContainerInput } from "./container-input.ts"

type Compile = (input: ContainerInput) => RegistryAuthentication | undefined

const ecrImage = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.(?:amazonaws\.com|localhost)/

const logins: readonly Compile[] = [
  ({ container, task }) => {
    const { credentialsParameter } = container.repositoryCredentials ?? {}
    return credentialsParameter === undefined
      ? undefined
      : { type: "asm", asmAuthData: { credentialsParameter, region: task.region } }
  },
  ({ container, hasExecutionRole, logsEndpoint }) => {
    const [, registryId, region] = ecrImage.exec(container.image ?? "") ?? []
    if (registryId === undefined || region === undefined) return undefined
    const endpoint = logsEndpoint !== undefined && { endpointOverride: logsEndpoint }
    return { type: "ecr", ecrAuthData: { registryId, region, ...endpoint, useExecutionRole: hasExecutionRole } }
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
