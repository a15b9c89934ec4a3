// All services that the process serves, with ports that lead nowhere: for tests about every operation there is.
import type { ServiceTable } from "../../src/gate/index.ts"
import { services } from "../../src/main/services.ts"
import { realClock } from "./real-clock.ts"
import { testVault } from "./secrets-harness.ts"

/** See the head of the file. */
export const allServices = (): readonly ServiceTable[] => {
  const address = "http://127.0.0.1:4566"
  return services({
    pollEndpoint: () => ({ endpoint: address, telemetryEndpoint: address }),
    wallTime: (cloud) => cloud,
    wallNow: () => realClock.now(),
    registryPort: () => 4566,
    vault: testVault(),
  })
}
