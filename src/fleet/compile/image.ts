// By which name an agent has its engine pull. Ours sees to images of our own registry itself (agent/driver/docker/own-registry.ts);
// the official one passes the name on, which no engine resolves, so it gets the address that it reaches us at.
import type { ContainerInput } from "./container-input.ts"

const ownImage = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.localhost(?::\d+)?\/(.+)$/

/** The image of a container. Only agents that are not ours are told of an endpoint for logs. */
export const compileImage = ({ container: { image = "" }, logsEndpoint }: ContainerInput): string => {
  const path = logsEndpoint === undefined ? undefined : ownImage.exec(image)?.[1]
  return path === undefined ? image : `${new URL(logsEndpoint ?? "").host}/${path}`
}
