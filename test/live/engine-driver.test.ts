// The container driver's cases on a real Docker engine.
import { type Behaviour, driverCases } from "../../src/agent/driver/cases.ts"
import { networkLabel } from "../../src/protocol/index.ts"
import { testNetwork } from "../support/acs-task.ts"
import { withEngine } from "../support/namespace.ts"
import { prepareHost } from "../support/task-host.ts"

const { socketPath } = await withEngine(import.meta.filename)
const host = await prepareHost(socketPath)
host.docker.close()

const second = 1_000_000_000
const sh = (script: string) => ({ Cmd: ["sh", "-c", script] })

const configs: Record<Behaviour, Readonly<Record<string, unknown>>> = {
  runs: sh("sleep 600"),
  "exits 3": sh("exit 3"),
  "traps and exits 7": sh("trap 'exit 7' TERM; sleep 600 & wait"),
  // The kernel gives no signal to a first process that has no handler for it.
  "ignores the stop signal": { Cmd: ["sleep", "600"] },
  "becomes healthy": {
    ...sh("sleep 600"),
    Healthcheck: { Test: ["CMD", "true"], Interval: second, Timeout: second, Retries: 1 },
  },
  "cannot start": { Cmd: ["no-such-program"] },
}

driverCases("docker", async () => ({
  driver: host.driver(),
  image: "busybox:test",
  missingImage: "nowhere:none",
  network: { labels: { [networkLabel]: testNetwork }, ip: "172.31.40.9" },
  behaviour: (kind) => configs[kind],
}))
