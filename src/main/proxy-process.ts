// The process of the load balancers' data plane: started by the supervisor, with its options in the environment. It goes
// on while the control plane is restarted.
import { errorFields } from "../kernel/index.ts"
import type { ProxyPlace, StandMessage } from "../machines/index.ts"
import { httpFront, startProxy, streamFront } from "../proxy/index.ts"
import { liveWithSupervisor, say, takeConfiguration } from "./child-life.ts"
import { wallClock } from "./clocks.ts"
import { type LogFormat, type LogLevel, openLog } from "./log.ts"
import { random } from "./random.ts"

/** What the supervisor hands over. */
export interface ProxyProcessConfiguration extends ProxyPlace {
  readonly runFolder: string
  /** Absent where the data folder cannot be seen. */
  readonly accessLogFolder?: string
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
}

const closeWith = liveWithSupervisor()
const configuration = takeConfiguration<ProxyProcessConfiguration>()
const { runFolder, accessLogFolder, machineId, hasLoopback, handover, firewallMark } = configuration
const { logLevel, logFormat } = configuration
const log = openLog({ level: logLevel, format: logFormat, process: "proxy" })

const proxy = await startProxy({
  ...{ runFolder, hasLoopback, fronts: { http: httpFront, stream: streamFront }, clock: wallClock, random, log },
  ...(handover !== undefined && { handover }),
  ...(accessLogFolder !== undefined && { accessLogFolder }),
  ...(firewallMark !== undefined && { firewallMark }),
})
closeWith(() => proxy.close())
if (machineId !== undefined) await proxy.stand(machineId)
process.on("message", (message: StandMessage) => {
  if (message.type !== "stand") return
  proxy.stand(message.machineId).catch((thrown: unknown) => {
    // Started again it finds the same configuration, and perhaps a folder that can be used.
    log.error("the proxy cannot carry for its machine", errorFields(thrown))
    process.exit(1)
  })
})
say({ type: "ready" })
