// The task as a whole: where it can run, platform, modes, roles, proxy, fault injection. Sources: test/support/definition-cases.ts.
import {
  awsvpc,
  bridge,
  container,
  fargate,
  refusesEach,
  takesEach,
} from "../../../../../test/support/definition-cases.ts"
import type { ContainerBody, Definition } from "../definition.ts"

type Place = "EC2" | "FARGATE" | "EXTERNAL" | "MANAGED_INSTANCES"
const on = (place: Place, over: Partial<Definition> = {}, of: ContainerBody = {}): Definition => ({
  ...bridge(container(of)),
  requiresCompatibilities: [place],
  ...over,
})
const managed = (member: string): string => `Managed Instances compatible task definitions do not support ${member}`
const external = (member: string): string => `External compatible task definitions do not support ${member}`
const efs = [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1" } }]
const mesh = [
  { name: "ProxyIngressPort", value: "15000" },
  { name: "ProxyEgressPort", value: "15001" },
  { name: "AppPorts", value: "9080" },
  { name: "EgressIgnoredIPs", value: "169.254.170.2" },
  { name: "IgnoredUID", value: "1337" },
]
const proxied = (properties: { name: string; value: string }[], over: Partial<Definition> = {}): Definition => ({
  ...awsvpc({}),
  proxyConfiguration: { type: "APPMESH", containerName: "app", properties },
  ...over,
})
const without = (name: string) => mesh.filter((property) => property.name !== name)

refusesEach([
  ["M", "a place that is none", on("MOON" as Place), "Invalid 'requiresCompatibilities' setting for task: MOON."],
  [
    "P",
    "ephemeral storage on EC2",
    on("EC2", { ephemeralStorage: { sizeInGiB: 30 } }),
    "Tasks using the EC2 launch type do not support EphemeralStorage",
  ],
  [
    "M",
    "EXTERNAL in awsvpc",
    on("EXTERNAL", { networkMode: "awsvpc" }),
    "External task definitions do not support network mode awsvpc.",
  ],
  ["M", "EXTERNAL with EFS", on("EXTERNAL", { volumes: efs }), external("efsVolumeConfiguration")],
  [
    "M",
    "EXTERNAL with fault injection",
    on("EXTERNAL", { networkMode: "host", enableFaultInjection: true }),
    external("enableFaultInjection"),
  ],
  [
    "M",
    "Managed Instances in bridge mode",
    on("MANAGED_INSTANCES", { networkMode: "bridge" }),
    "Managed Instances only support network modes ‘awsvpc’ and ‘host’.",
  ],
  [
    "M",
    "Managed Instances with Windows",
    on("MANAGED_INSTANCES", {
      networkMode: "awsvpc",
      runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" },
    }),
    "Managed Instances only support the operating system family LINUX.",
  ],
  ...(
    [
      ["ephemeralStorage", { ephemeralStorage: { sizeInGiB: 30 } }, {}],
      ["ipcMode", { ipcMode: "task" }, {}],
      ["dockerVolumeConfiguration", { volumes: [{ name: "v", dockerVolumeConfiguration: {} }] }, {}],
      ["dnsSearchDomains", {}, { dnsSearchDomains: ["a"] }],
      ["dnsServers", {}, { dnsServers: ["10.0.0.2"] }],
      ["dockerSecurityOptions", {}, { dockerSecurityOptions: ["no-new-privileges"] }],
      ["extraHosts", {}, { extraHosts: [{ hostname: "h", ipAddress: "10.0.0.1" }] }],
      ["hostname", {}, { hostname: "h" }],
      ["disableNetworking", {}, { disableNetworking: true }],
      ["links", {}, { links: ["db"] }],
      ["maxSwap", {}, { linuxParameters: { maxSwap: 0 } }],
      ["swappiness", {}, { linuxParameters: { swappiness: 0 } }],
      ["sharedMemorySize", {}, { linuxParameters: { sharedMemorySize: 64 } }],
      ["tmpfs", {}, { linuxParameters: { tmpfs: [{ containerPath: "/t", size: 1 }] } }],
    ] as const
  ).map(
    ([member, over, of]) =>
      [
        "M",
        `Managed Instances with ${member}`,
        on("MANAGED_INSTANCES", { networkMode: "host", ...over } as Partial<Definition>, of as ContainerBody),
        managed(member),
      ] as const,
  ),
  [
    "M",
    "an unknown network mode",
    { ...bridge(container()), networkMode: "mesh" as "host" },
    "Invalid 'networkMode' setting for task: mesh.",
  ],
  [
    "M",
    "an unknown pidMode",
    { ...bridge(container()), pidMode: "none" as "task" },
    "Invalid 'pidMode' setting for task: none.",
  ],
  [
    "M",
    "an unknown ipcMode",
    { ...bridge(container()), ipcMode: "all" as "task" },
    "Invalid 'ipcMode' setting for task: all.",
  ],
  [
    "M",
    "an operating system that is none",
    { ...bridge(container()), runtimePlatform: { operatingSystemFamily: "BEOS" as "LINUX" } },
    "Invalid 'operatingSystemFamily' setting for task: BEOS.",
  ],
  [
    "M",
    "an architecture that is none",
    { ...bridge(container()), runtimePlatform: { cpuArchitecture: "RISCV" as "ARM64" } },
    "Invalid 'cpuArchitecture' setting for task: RISCV.",
  ],
  [
    "M",
    "pidMode on Windows",
    { ...bridge(container()), pidMode: "task", runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } },
    "Windows containers do not support pidMode.",
  ],
  [
    "M",
    "an execution role that is none",
    { ...bridge(container()), executionRoleArn: "arn:aws:iam::1:role/a" },
    "Role is not valid",
  ],
  [
    "M",
    "fault injection in bridge mode",
    { ...bridge(container()), enableFaultInjection: true },
    "enableFaultInjection is only supported when networkMode=awsvpc or networkMode=host.",
  ],
  [
    "M",
    "a constraint of another type",
    { ...bridge(container()), placementConstraints: [{ type: "distinctInstance" as "memberOf" }] },
    "Invalid placement constraint type 'distinctInstance'.",
  ],
  [
    "M",
    "a constraint without an expression",
    { ...bridge(container()), placementConstraints: [{ type: "memberOf" }] },
    "Placement constraint memberOf requires an expression.",
  ],
  [
    "M",
    "eleven constraints",
    {
      ...bridge(container()),
      placementConstraints: Array.from({ length: 11 }, () => ({ type: "memberOf" as const, expression: "x" })),
    },
    "At most 10 placement constraints can be specified.",
  ],
  [
    "M",
    "an unknown version consistency",
    bridge(container({ versionConsistency: "maybe" as "enabled" })),
    "Invalid 'versionConsistency' setting for container 'app'.",
  ],
  [
    "M",
    "two credential specs",
    bridge(container({ credentialSpecs: ["credentialspec:a", "credentialspec:b"] })),
    "Invalid 'credentialSpecs' setting for container 'app'.",
  ],
  [
    "M",
    "repository credentials without a role",
    bridge(container({ repositoryCredentials: { credentialsParameter: "arn" } })),
    "When you are specifying repository credentials, you must also specify a value for 'executionRoleArn'.",
  ],
  [
    "P",
    "a proxy outside awsvpc",
    proxied(mesh, { networkMode: "bridge" }),
    "APPMESH proxy configuration is only supported in networkMode=awsvpc",
  ],
  [
    "P",
    "a proxy in no container",
    proxied(mesh, { proxyConfiguration: { containerName: "envoy", properties: mesh } }),
    "Proxy container [envoy] does not exist",
  ],
  ["P", "a proxy without an ingress port", proxied(without("ProxyIngressPort")), "Ingress port not found"],
  ["M", "a proxy without an egress port", proxied(without("ProxyEgressPort")), "Egress port not found"],
  ["M", "a proxy without ports of the application", proxied(without("AppPorts")), "App ports not found"],
  ["M", "a proxy without ignored addresses", proxied(without("EgressIgnoredIPs")), "Egress ignored IPs not found"],
  ["M", "a proxy that ignores nobody", proxied(without("IgnoredUID")), "IgnoredUID or IgnoredGID is required"],
  [
    "M",
    "a proxy of another kind",
    proxied(mesh, { proxyConfiguration: { type: "MESH" as "APPMESH", containerName: "app" } }),
    "Invalid proxy configuration type 'MESH'.",
  ],
])

takesEach([
  ["EXTERNAL in bridge mode", on("EXTERNAL", { networkMode: "bridge" })],
  ["Managed Instances on the host's network", on("MANAGED_INSTANCES", { networkMode: "host" })],
  ["Managed Instances in awsvpc, privileged", on("MANAGED_INSTANCES", { networkMode: "awsvpc" }, { privileged: true })],
  ["every place that awsvpc has", fargate({ requiresCompatibilities: ["EC2", "FARGATE", "MANAGED_INSTANCES"] })],
  [
    "ephemeral storage on Fargate and EC2",
    fargate({ requiresCompatibilities: ["EC2", "FARGATE"], ephemeralStorage: { sizeInGiB: 200 } }),
  ],
  ["ARM64 on Fargate", fargate({ runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" } })],
  ["fault injection in awsvpc", fargate({ enableFaultInjection: true })],
  ["an App Mesh proxy", proxied(mesh)],
])
