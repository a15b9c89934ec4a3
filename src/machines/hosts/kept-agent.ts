// The agent of an EC2 instance: kept alive, told what its instance shows at 169.254.169.254, and tried again after a while
// when it dies at once every time.
import type { Cancel } from "../../kernel/index.ts"
import { asksMetadata, type InstanceMetadata, type MachineWish, type MetadataMessage } from "../../protocol/index.ts"
import { Child, type Command, isReady } from "./child.ts"
import type { HostContext } from "./host.ts"

/** How long one that was given up is left alone. */
const pause = 30_000

/** An agent that is kept alive. */
export interface KeptAgent {
  /** What its instance is told about itself has changed. */
  inform(metadata: InstanceMetadata): void
  close(): Promise<void>
}

/** Starts the agent of the wish's instance. */
export const keepAgent = (cx: HostContext, wish: MachineWish, command: Command): KeptAgent => {
  const instance = wish.instance?.id
  let { metadata } = wish
  let child: Child | undefined
  let cancel: Cancel = () => {}
  const tell = () => metadata && child?.send({ type: "metadata", metadata } satisfies MetadataMessage as object)
  const start = () => {
    child = new Child({
      name: `agent of ${instance}`,
      command,
      clock: cx.clock,
      log: cx.log,
      events: {
        heard: (message) => {
          if (isReady(message)) cx.log.info("the agent of an EC2 instance has joined its cluster", { instance })
          else if ((message as { readonly type?: string }).type === asksMetadata.type) tell()
        },
        died: () => {},
        givenUp: (reason) => {
          cx.log.warn("the agent of an EC2 instance dies, and is started again in a while", { instance, reason })
          cancel = cx.clock.at(cx.clock.now() + pause, start)
        },
      },
    })
  }
  start()
  return {
    inform(next) {
      metadata = next
      tell()
    },
    async close() {
      cancel()
      await child?.close()
    },
  }
}
