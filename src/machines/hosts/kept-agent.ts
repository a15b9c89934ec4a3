// The agent of an EC2 instance: kept alive, and tried again after a while when it dies at once every time. It may have
// been told to join a cluster that does not exist: then the instance runs all the same, as it does on AWS.
import type { Cancel } from "../../kernel/index.ts"
import type { MachineWish } from "../../protocol/index.ts"
import type { Child, Command } from "./child.ts"
import { type HostContext, startAgent } from "./host.ts"

/** How long one that was given up is left alone. */
const pause = 30_000

/** Starts the agent; ends with the function that it answers. */
export const keepAgent = (cx: HostContext, wish: MachineWish, command: Command): (() => Promise<void>) => {
  const instance = wish.instance?.id
  let child: Child | undefined
  let cancel: Cancel = () => {}
  const start = () => {
    child = startAgent(cx, wish, command, {
      up: () => cx.log.info("the agent of an EC2 instance has joined its cluster", { instance }),
      down: () => {},
      failed: (reason) => {
        const fields = { instance, cluster: wish.agent.cluster, reason }
        cx.log.warn("the agent of an EC2 instance cannot join its cluster, and is started again in a while", fields)
        cancel = cx.clock.at(cx.clock.now() + pause, start)
      },
    })
  }
  start()
  return async () => {
    cancel()
    await child?.close()
  }
}
