// AttachTaskNetworkInterfacesMessage: an interface that a task here will use. On this agent's hosts the interface comes
// into being with the container that holds the task's network, so there is nothing to wait for: it is acknowledged.
import type { AttachTaskNetworkInterfacesMessage } from "../../../protocol/index.ts"
import { responder } from "./responder.ts"

export const attachTaskNetworkInterfaces = responder<AttachTaskNetworkInterfacesMessage>(
  "AttachTaskNetworkInterfacesMessage",
  ["clusterArn", "containerInstanceArn", "messageId", "taskArn", "waitTimeoutMs", "elasticNetworkInterfaces"],
  ({ clusterArn, messageId }, cx) => {
    cx.send({
      type: "AckRequest",
      message: { cluster: clusterArn, containerInstance: cx.containerInstanceArn, messageId },
    })
  },
)
