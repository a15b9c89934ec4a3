// What of a task definition reaches the host, and so is only started where the host's owner has allowed it
// (DESIGN section 7). Such a definition may be registered, as on AWS.
import { type ContainerBody, containersOf, type Definition, type VolumeBody } from "../definition/definition.ts"
import { clientException } from "../faults.ts"

/** Docker's own default set; dropping one of them and adding it again is nothing new. */
const defaultCapabilities = new Set([
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
  ...["NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
])

const ofContainer = ({ privileged, linuxParameters }: ContainerBody): string[] => {
  const added = (linuxParameters?.capabilities?.add ?? []).filter((name) => !defaultCapabilities.has(name))
  return [
    ...(privileged ? ["privileged"] : []),
    ...(linuxParameters?.devices?.length ? ["linuxParameters.devices"] : []),
    ...added.map((name) => `capability ${name}`),
  ]
}

const isSocket = (path: string): boolean => /(^|\/)docker\.sock$/.test(path)

/** Other host paths are below a folder of the instance's own; a driver's options can name any path of the host. */
const ofVolume = ({ name, host, dockerVolumeConfiguration: docker }: VolumeBody): string[] => {
  const device = docker?.driverOpts?.device ?? ""
  const reaches = isSocket(host?.sourcePath ?? "") || device.startsWith("/") || device.startsWith("overlay")
  return reaches ? [`volume ${name}`] : []
}

/** What the definition asks for that reaches beyond its containers, in words. */
const hostAccessOf = (definition: Definition): readonly string[] => [
  ...new Set([
    ...(definition.pidMode === "host" ? ["pidMode host"] : []),
    ...(definition.ipcMode === "host" ? ["ipcMode host"] : []),
    ...containersOf(definition).flatMap(ofContainer),
    ...(definition.volumes ?? []).flatMap(ofVolume),
  ]),
]

/** Throws a ClientException that names the flag when the definition asks for more than is allowed. */
export const checkHostAccess = (definition: Definition, allowed: boolean): void => {
  const asked = allowed ? [] : hostAccessOf(definition)
  if (asked.length === 0) return
  throw clientException(
    `The task definition asks for access to the host (${asked.join(", ")}). Start Roadstead with --allow-host-access to allow it.`,
  )
}
