// systemControls: which kernel parameters are namespaced, and which of them the task's modes leave to a container.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html; the texts are from memory.
import { clientException } from "../../faults.ts"
import { type Check, containersOf, isWindows } from "../definition.ts"

const ofIpc = new Set(
  (
    "kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni " +
    "kernel.shm_rmid_forced"
  ).split(" "),
)
const isIpc = (namespace: string): boolean => ofIpc.has(namespace) || /^fs\.mqueue\.[\w.]+$/.test(namespace)
const isNetwork = (namespace: string): boolean => /^net\.[\w.\-/]+$/.test(namespace)

export const checkSystemControls: Check = (definition) => {
  for (const container of containersOf(definition)) {
    const setting = `'systemControls' setting for container '${container.name}'`
    const named = new Set<string>()
    for (const { namespace, value } of container.systemControls ?? []) {
      // "This parameter is not supported for Windows containers."
      if (isWindows(definition)) throw clientException("Windows containers do not support systemControls.")
      if (!namespace || value === undefined || value === "") {
        throw clientException(`Invalid ${setting}. Namespace and value should not be null or empty.`)
      }
      if (!isIpc(namespace) && !isNetwork(namespace)) {
        throw clientException(`Invalid ${setting}. Namespace '${namespace}' is not supported.`)
      }
      if (named.has(namespace)) throw clientException(`Invalid ${setting}. Duplicate namespace '${namespace}'.`)
      named.add(namespace)
      if (isNetwork(namespace) && definition.networkMode === "host") {
        throw clientException(`Invalid ${setting}. Namespace '${namespace}' is not supported when networkMode=host.`)
      }
      if (isIpc(namespace) && definition.ipcMode === "host") {
        throw clientException(`Invalid ${setting}. Namespace '${namespace}' is not supported when ipcMode=host.`)
      }
    }
  }
}
