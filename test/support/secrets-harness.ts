// Secrets Manager, the Parameter Store and Certificate Manager behind the real gate and the real controllers.
import { certificateManager } from "../../src/services/acm/index.ts"
import { secretsManager } from "../../src/services/secretsmanager/index.ts"
import { parameterStore } from "../../src/services/ssm/index.ts"
import { type ServiceHarness, serviceHarness, testVault } from "./service-harness.ts"

export { root, type ServiceHarness, scope, testVault } from "./service-harness.ts"

const tables = () => {
  const ports = { vault: testVault() }
  return [certificateManager(ports), secretsManager(ports), parameterStore(ports)]
}

export const secretsHarness = (): ServiceHarness<"secretsmanager"> => serviceHarness("secretsmanager", tables())

export const parametersHarness = (): ServiceHarness<"ssm"> => serviceHarness("ssm", tables())

/** `now`: where openssl looks at certificates, it looks at the machine's time. */
export const certificatesHarness = (now?: number): ServiceHarness<"acm"> => serviceHarness("acm", tables(), { now })

/** A token of its own for each new version, as SDKs make them. */
export const tokens = () => {
  let last = 0
  return (): string => `token-${String(++last).padStart(32, "0")}`
}
