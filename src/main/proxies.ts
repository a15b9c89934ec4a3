// The control plane's end to its proxies: a socket in the run folder, or simulated ones in this process with
// `--engine simulated`.

import { type ProxyChannel, serveProxies, startProxyChannel, startSimulatedProxies } from "../fleet/index.ts"
import { type Clocks, errorFields, type Log, type Vault } from "../kernel/index.ts"
import { type MetricReport, proxiesSocket } from "../protocol/index.ts"
import { type CertificateRow, certificateIdentity, type State } from "../state/index.ts"

export interface ProxiesOptions {
  readonly state: State
  readonly clocks: Clocks
  readonly wallTime: (cloud: number) => number
  readonly vault: Vault
  /** Of this life of the control plane alone. */
  readonly epoch: string
  readonly engine: "docker" | "simulated"
  readonly runFolder: string
  readonly log: Log
  readonly onMetrics?: (reports: readonly MetricReport[]) => void
}

export interface Proxies {
  /** How many there are now. */
  readonly connected: number
  close(): Promise<void>
}

/** Resolves when proxies can come. */
export const openProxies = async (options: ProxiesOptions): Promise<Proxies> => {
  const { state, clocks, log, runFolder } = options
  const channel = startProxyChannel({
    ...{ state, clock: clocks.wall, cloud: clocks.cloud, log },
    epoch: options.epoch,
    wallTime: options.wallTime,
    openKey: keyOpener(options.vault, log),
    ...(options.onMetrics && { onMetrics: options.onMetrics }),
  })
  const end =
    options.engine === "simulated"
      ? simulated(options, channel)
      : await serveProxies({ path: proxiesSocket(runFolder), channel, log })
  return {
    get connected() {
      return channel.connected
    },
    close: async () => {
      channel.stop()
      await end.close()
    },
  }
}

const simulated = ({ state, clocks, log }: ProxiesOptions, channel: ProxyChannel) => {
  log.info("SIMULATED: load balancers have no proxies behind them, and carry nothing.", {})
  const stop = startSimulatedProxies({ state, clock: clocks.wall, channel })
  return { close: async () => stop() }
}

/** A key that does not open is a fault of the data folder: its listeners stay closed, and the log says why. */
const keyOpener =
  (vault: Vault, log: Log) =>
  ({ arn, sealedKey }: CertificateRow): string | undefined => {
    if (sealedKey === undefined) return undefined
    try {
      return vault.open(sealedKey, certificateIdentity(arn)).toString("utf8")
    } catch (thrown) {
      log.error("The private key of a certificate cannot be opened.", { certificate: arn, ...errorFields(thrown) })
      return undefined
    }
  }
