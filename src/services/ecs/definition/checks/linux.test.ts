// What a container asks of its kernel: Linux parameters, system controls, ulimits, devices. Sources: test/support/definition-cases.ts.
import { bridge, container, fargate, refusesEach, takesEach } from "../../../../../test/support/definition-cases.ts"
import type { ContainerBody, Definition } from "../definition.ts"

type Linux = NonNullable<ContainerBody["linuxParameters"]>
const linux = (linuxParameters: Linux): Definition => bridge(container({ linuxParameters }))
const controls = (namespace: string, value: string | undefined, over: Partial<Definition> = {}): Definition => ({
  ...bridge(container({ systemControls: [{ namespace, ...(value === undefined ? {} : { value }) }] })),
  ...over,
})
const ulimit = (name: string, softLimit: number, hardLimit: number): Definition =>
  bridge(container({ ulimits: [{ name: name as "nofile", softLimit, hardLimit }] }))
const windows = { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } } as const
const linuxSetting = (member: string, why: string): string =>
  `Invalid 'linuxParameters.${member}' setting for container 'app'.${why}`
const controlSetting = (why: string): string => `Invalid 'systemControls' setting for container 'app'. ${why}`

refusesEach([
  [
    "M",
    "a capability that is none",
    linux({ capabilities: { add: ["FLY"] } }),
    linuxSetting("capabilities", " Unknown capability 'FLY'."),
  ],
  [
    "M",
    "a dropped capability in Docker's long form",
    linux({ capabilities: { drop: ["CAP_CHOWN"] } }),
    linuxSetting("capabilities", " Unknown capability 'CAP_CHOWN'."),
  ],
  [
    "M",
    "a device without a path",
    linux({ devices: [{ hostPath: "" }] }),
    linuxSetting("devices", " hostPath is required."),
  ],
  [
    "M",
    "a device to be licked",
    linux({ devices: [{ hostPath: "/dev/fuse", permissions: ["lick" as "read"] }] }),
    linuxSetting("devices", " Unknown permission 'lick'."),
  ],
  [
    "M",
    "a tmpfs at no path",
    linux({ tmpfs: [{ containerPath: "tmp", size: 1 }] }),
    linuxSetting("tmpfs", " containerPath must be an absolute path."),
  ],
  [
    "M",
    "a tmpfs without a size",
    linux({ tmpfs: [{ containerPath: "/tmp", size: 0 }] }),
    linuxSetting("tmpfs", " size must be a number of MiB above zero."),
  ],
  [
    "M",
    "a tmpfs twice",
    linux({
      tmpfs: [
        { containerPath: "/tmp", size: 1 },
        { containerPath: "/tmp", size: 1 },
      ],
    }),
    linuxSetting("tmpfs", " Duplicate path '/tmp'."),
  ],
  [
    "M",
    "a tmpfs with an unknown option",
    linux({ tmpfs: [{ containerPath: "/tmp", size: 1, mountOptions: ["fast"] }] }),
    linuxSetting("tmpfs", " Unknown mount option 'fast'."),
  ],
  ["M", "half a MiB of shared memory", linux({ sharedMemorySize: 0.5 }), linuxSetting("sharedMemorySize", "")],
  ["M", "less than no swap", linux({ maxSwap: -1 }), linuxSetting("maxSwap", "")],
  ["M", "a swappiness of 101", linux({ swappiness: 101 }), linuxSetting("swappiness", " Must be between 0 and 100.")],
  [
    "M",
    "Linux parameters on Windows",
    { ...linux({ initProcessEnabled: true }), ...windows },
    "Windows containers do not support linuxParameters.",
  ],
  [
    "M",
    "a system control without a value",
    controls("net.core.somaxconn", undefined),
    controlSetting("Namespace and value should not be null or empty."),
  ],
  [
    "M",
    "a system control of the whole machine",
    controls("vm.swappiness", "1"),
    controlSetting("Namespace 'vm.swappiness' is not supported."),
  ],
  [
    "M",
    "a network control on the host's network",
    controls("net.core.somaxconn", "1", { networkMode: "host" }),
    controlSetting("Namespace 'net.core.somaxconn' is not supported when networkMode=host."),
  ],
  [
    "M",
    "an IPC control in the host's IPC",
    controls("kernel.shmmax", "1", { ipcMode: "host" }),
    controlSetting("Namespace 'kernel.shmmax' is not supported when ipcMode=host."),
  ],
  [
    "M",
    "system controls on Windows",
    controls("kernel.shmmax", "1", windows),
    "Windows containers do not support systemControls.",
  ],
  [
    "M",
    "a system control twice",
    bridge(
      container({
        systemControls: [
          { namespace: "kernel.sem", value: "1" },
          { namespace: "kernel.sem", value: "2" },
        ],
      }),
    ),
    controlSetting("Duplicate namespace 'kernel.sem'."),
  ],
  [
    "M",
    "an unknown ulimit",
    ulimit("patience", 1, 1),
    "Invalid 'ulimits' setting for container 'app'. Unknown ulimit 'patience'.",
  ],
  ["P", "a soft limit over the hard one", ulimit("nofile", 2, 1), "Soft limit exceeds hard limit for ulimit nofile"],
  [
    "P",
    "an unlimited soft limit under a hard one",
    ulimit("core", -1, 1),
    "Soft limit exceeds hard limit for ulimit core",
  ],
  [
    "M",
    "half a file",
    ulimit("nofile", 0.5, 1),
    "Invalid 'ulimits' setting for container 'app'. softLimit and hardLimit must be integers.",
  ],
  [
    "M",
    "a ulimit twice",
    bridge(
      container({
        ulimits: [
          { name: "nproc", softLimit: 1, hardLimit: 1 },
          { name: "nproc", softLimit: 1, hardLimit: 1 },
        ],
      }),
    ),
    "Invalid 'ulimits' setting for container 'app'. Duplicate ulimit 'nproc'.",
  ],
  [
    "P",
    "accelerators of a service that has ended",
    { ...bridge(container()), inferenceAccelerators: [{ deviceName: "d", deviceType: "eia1.medium" }] },
    "Unsupported field 'inferenceAccelerators'",
  ],
  [
    "M",
    "no GPUs",
    bridge(container({ resourceRequirements: [{ type: "GPU", value: "0" }] })),
    "Invalid 'resourceRequirements' setting for container 'app'. The value must be a number above zero, or ALL.",
  ],
  [
    "M",
    "a requirement of an unknown type",
    bridge(container({ resourceRequirements: [{ type: "LUCK" as "GPU", value: "1" }] })),
    "Invalid 'resourceRequirements' setting for container 'app'. Unknown type 'LUCK'.",
  ],
  [
    "M",
    "a restart policy that does not say whether it holds",
    bridge(container({ restartPolicy: {} as never })),
    "Invalid 'restartPolicy' setting for container 'app'. 'enabled' is required.",
  ],
  [
    "P",
    "a long restart period",
    bridge(container({ restartPolicy: { enabled: true, restartAttemptPeriod: 1801 } })),
    "the 'restartAttemptPeriod' setting for container 'app' must be between 60 and 1800",
  ],
  [
    "M",
    "51 ignored exit codes",
    bridge(container({ restartPolicy: { enabled: true, ignoredExitCodes: Array.from({ length: 51 }, (_, i) => i) } })),
    "Invalid 'restartPolicy' setting for container 'app'. At most 50 exit codes can be ignored.",
  ],
  [
    "M",
    "an exit code over 255",
    bridge(container({ restartPolicy: { enabled: true, ignoredExitCodes: [256] } })),
    "Invalid 'restartPolicy' setting for container 'app'. Exit codes must be between 0 and 255.",
  ],
])

takesEach([
  [
    "every Linux parameter at once",
    linux({
      capabilities: { add: ["SYS_ADMIN", "ALL"], drop: ["NET_RAW"] },
      devices: [{ hostPath: "/dev/fuse", containerPath: "/dev/fuse", permissions: ["read", "write", "mknod"] }],
      initProcessEnabled: true,
      sharedMemorySize: 64,
      tmpfs: [{ containerPath: "/tmp", size: 16, mountOptions: ["rw", "noexec", "mode=1777"] }],
      maxSwap: 0,
      swappiness: 100,
    }),
  ],
  ["a network control", controls("net.ipv4.tcp_keepalive_time", "500")],
  [
    "a network control in awsvpc on Fargate",
    { ...fargate({}, { systemControls: [{ namespace: "net.core.somaxconn", value: "1" }] }) },
  ],
  ["a message queue control", controls("fs.mqueue.msg_max", "20")],
  ["an unlimited ulimit", ulimit("memlock", -1, -1)],
  ["a GPU on EC2", bridge(container({ resourceRequirements: [{ type: "GPU", value: "2" }] }))],
  ["all GPUs on EC2", bridge(container({ resourceRequirements: [{ type: "GPU", value: "ALL" }] }))],
  [
    "a restart policy with everything",
    bridge(container({ restartPolicy: { enabled: true, ignoredExitCodes: [0, 255], restartAttemptPeriod: 60 } })),
  ],
])
