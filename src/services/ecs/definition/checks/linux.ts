// linuxParameters: capabilities, devices, tmpfs, shared memory and swap. What Fargate takes of it is in fargate.ts.
// Forms: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html; all texts are from memory.
import { clientException } from "../../faults.ts"
import { type Check, type ContainerBody, containersOf, isWhole, isWindows } from "../definition.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html */
const capabilities = new Set(
  (
    "ALL AUDIT_CONTROL AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER " +
    "KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP " +
    "SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO " +
    "SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM"
  ).split(" "),
)
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tmpfs.html; `mode=1777` and its like carry a value. */
const mountOptions = new Set(
  (
    "defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime " +
    "nodiratime bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime " +
    "strictatime nostrictatime mode uid gid nr_inodes nr_blocks mpol"
  ).split(" "),
)
const permissions: readonly unknown[] = ["read", "write", "mknod"]

const invalid = (container: ContainerBody, member: string, why = "") =>
  clientException(`Invalid 'linuxParameters.${member}' setting for container '${container.name}'.${why}`)

const checkCapabilities = (container: ContainerBody): void => {
  const { add = [], drop = [] } = container.linuxParameters?.capabilities ?? {}
  for (const name of [...add, ...drop]) {
    if (!capabilities.has(name)) throw invalid(container, "capabilities", ` Unknown capability '${name}'.`)
  }
}

const checkDevices = (container: ContainerBody): void => {
  for (const device of container.linuxParameters?.devices ?? []) {
    if (!device.hostPath) throw invalid(container, "devices", " hostPath is required.")
    for (const permission of device.permissions ?? []) {
      if (!permissions.includes(permission)) throw invalid(container, "devices", ` Unknown permission '${permission}'.`)
    }
  }
}

const checkTmpfs = (container: ContainerBody): void => {
  const paths = new Set<string>()
  for (const { containerPath, size, mountOptions: options } of container.linuxParameters?.tmpfs ?? []) {
    if (!containerPath?.startsWith("/")) throw invalid(container, "tmpfs", " containerPath must be an absolute path.")
    if (paths.has(containerPath)) throw invalid(container, "tmpfs", ` Duplicate path '${containerPath}'.`)
    paths.add(containerPath)
    if (!isWhole(size, 1)) throw invalid(container, "tmpfs", " size must be a number of MiB above zero.")
    for (const option of options ?? []) {
      if (!mountOptions.has(option.split("=", 1)[0] ?? "")) {
        throw invalid(container, "tmpfs", ` Unknown mount option '${option}'.`)
      }
    }
  }
}

export const checkLinuxParameters: Check = (definition) => {
  for (const container of containersOf(definition)) {
    const linux = container.linuxParameters
    if (!linux) continue
    // "This parameter is not supported for Windows containers." (API_ContainerDefinition, linuxParameters)
    if (isWindows(definition)) throw clientException("Windows containers do not support linuxParameters.")
    checkCapabilities(container)
    checkDevices(container)
    checkTmpfs(container)
    if (linux.sharedMemorySize !== undefined && !isWhole(linux.sharedMemorySize, 0)) {
      throw invalid(container, "sharedMemorySize")
    }
    if (linux.maxSwap !== undefined && !isWhole(linux.maxSwap, 0)) throw invalid(container, "maxSwap")
    if (linux.swappiness !== undefined && !isWhole(linux.swappiness, 0, 100)) {
      throw invalid(container, "swappiness", " Must be between 0 and 100.")
    }
  }
}
