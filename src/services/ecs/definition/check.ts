// The order in which a task definition is checked. Each check is a file's own concern; the first that fails answers.
import { checkContainers, checkFamily, checkLength } from "./checks/containers.ts"
import { checkDependencies } from "./checks/depends-on.ts"
import { checkEphemeralStorage, checkFargate } from "./checks/fargate.ts"
import { checkFirelens } from "./checks/firelens.ts"
import { checkLaunchTypes } from "./checks/launch-types.ts"
import { checkLinuxParameters } from "./checks/linux.ts"
import { checkEnvironment, checkLogs, checkSecrets } from "./checks/logs-and-secrets.ts"
import { checkNames, checkNetworkMode } from "./checks/network.ts"
import { checkPorts } from "./checks/ports.ts"
import { checkProxy } from "./checks/proxy.ts"
import { checkResources } from "./checks/resources.ts"
import {
  checkConstraints,
  checkContainerModes,
  checkFaultInjection,
  checkModes,
  checkRoles,
} from "./checks/roles-and-modes.ts"
import { checkContainerSizes, checkSums, checkTaskSize } from "./checks/size.ts"
import { checkSystemControls } from "./checks/system-controls.ts"
import { checkHealthChecks, checkTimeouts } from "./checks/timing.ts"
import { checkVolumes } from "./checks/volumes.ts"
import type { Check } from "./definition.ts"

const checks: readonly Check[] = [
  checkFamily,
  checkContainers,
  checkLength,
  checkNetworkMode,
  checkModes,
  checkRoles,
  checkTaskSize,
  checkFargate,
  checkLaunchTypes,
  checkContainerSizes,
  checkSums,
  checkEphemeralStorage,
  checkPorts,
  checkNames,
  checkVolumes,
  checkDependencies,
  checkHealthChecks,
  checkTimeouts,
  checkLogs,
  checkFirelens,
  checkSecrets,
  checkEnvironment,
  checkResources,
  checkLinuxParameters,
  checkSystemControls,
  checkContainerModes,
  checkConstraints,
  checkFaultInjection,
  checkProxy,
]

/** Throws ClientException, with AWS's text, for the first thing that is wrong with a task definition. */
export const checkDefinition: Check = (definition) => {
  for (const check of checks) check(definition)
}
