// What of a task definition reaches the machine beneath its container instance. Such a definition registers as on AWS;
// RunTask and StartTask on EC2 refuse it unless `up` runs with --allow-host-access (docs/security.md).
import { posix } from "node:path"
import { type ContainerBody, containersOf, type Definition } from "./definition.ts"

/** What Docker gives a container anyway: https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities */
const givenAnyway = new Set(
  (
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID " +
    "SYS_CHROOT"
  ).split(" "),
)
const isDockerSocket = (path: string): boolean => /^\/(var\/)?run\/docker\.sock\/?$/.test(posix.normalize(path))

const ofContainer = (container: ContainerBody): string[] => {
  const linux = container.linuxParameters ?? {}
  const beyond = (linux.capabilities?.add ?? []).filter((name) => !givenAnyway.has(name))
  // Docker's own words for "no confinement": they undo what keeps a container inside.
  const loosened = (container.dockerSecurityOptions ?? []).filter((o) => /[:=](unconfined|disable)$/.test(o))
  return [
    ...(container.privileged ? ["privileged"] : []),
    ...((linux.devices?.length ?? 0) > 0 ? ["devices"] : []),
    ...beyond.map((name) => `capability ${name}`),
    ...loosened.map((option) => `security option ${option}`),
  ].map((what) => `${what} of container '${container.name}'`)
}

/** Everything that needs --allow-host-access, in words for a message; empty when nothing does. */
export const hostAccessOf = (definition: Definition): readonly string[] => {
  const found: string[] = []
  if (definition.pidMode === "host") found.push("pidMode host")
  if (definition.ipcMode === "host") found.push("ipcMode host")
  for (const { name, host, dockerVolumeConfiguration: docker } of definition.volumes ?? []) {
    if (isDockerSocket(host?.sourcePath ?? "")) found.push(`Docker's socket in volume '${name}'`)
    // `local` with a device mounts whatever it is told: a path of the machine itself, past the instance's own root.
    if (docker?.driverOpts?.device !== undefined) found.push(`the device of volume '${name}'`)
  }
  return [...found, ...containersOf(definition).flatMap(ofContainer)]
}
