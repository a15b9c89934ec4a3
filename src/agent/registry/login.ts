// The login for an image of ECR with the host's own key: what a task without an execution role is pulled with.
import { registryAuthHeader } from "../../docker/index.ts"
import type { AwsCall, ContainerSnapshot } from "../types.ts"

interface EcrLogin {
  readonly type: "ecr"
  readonly ecrAuthData: { readonly registryId?: string; readonly region?: string }
}

/** Docker's X-Registry-Auth for the container's image, or undefined when it is not of ECR. `ecr` is a client in a region. */
export const ownLogin =
  (ecr: (region: string) => AwsCall<"ecr">) =>
  async ({ definition }: ContainerSnapshot): Promise<string | undefined> => {
    const how = definition.registryAuthentication as EcrLogin | { readonly type: "asm" } | undefined
    if (how?.type !== "ecr") return undefined
    const { registryId, region = "us-east-1" } = how.ecrAuthData
    const asked = registryId === undefined ? {} : { registryIds: [registryId] }
    const { authorizationData = [] } = await ecr(region)("GetAuthorizationToken", asked)
    const token = authorizationData[0]?.authorizationToken ?? ""
    const [username = "", ...rest] = Buffer.from(token, "base64").toString("utf8").split(":")
    return registryAuthHeader({ username, password: rest.join(":") })
  }
