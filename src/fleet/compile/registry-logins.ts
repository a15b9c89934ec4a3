// Registry logins as a table: how a container says that its image needs one.
import type { ContainerDefinition } from "@aws-sdk/client-ecs"
import type { Frozen } from "../../state/index.ts"

type Compile = (container: Frozen<ContainerDefinition>, region: string) => object | undefined

const ecrImage = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.(?:amazonaws\.com|localhost)/

const logins: readonly Compile[] = [
  (container, region) =>
    container.repositoryCredentials?.credentialsParameter === undefined
      ? undefined
      : {
          type: "asm",
          asmAuthData: { credentialsParameter: container.repositoryCredentials.credentialsParameter, region },
        },
  (container) => {
    const [, registryId, region] = ecrImage.exec(container.image ?? "") ?? []
    return registryId === undefined
      ? undefined
      : { type: "ecr", ecrAuthData: { registryId, region, useExecutionRole: true } }
  },
]

/** `registryAuthentication` of a container, or undefined when its image needs no login. */
export const compileRegistryLogin: Compile = (container, region) => {
  for (const login of logins) {
    const found = login(container, region)
    if (found) return found
  }
  return undefined
}
