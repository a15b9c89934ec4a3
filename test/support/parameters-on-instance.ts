// The containers and volumes of a task definition that uses every parameter that a task on a container instance can have
// at once. What is to be seen of each is in test/live/parameters.test.ts.
import type { ContainerDefinition } from "@aws-sdk/client-ecs"

export const image = "busybox:test"
export const forever = "trap 'exit 0' TERM; while true; do sleep 0.1; done"

/** The process that the definition names, not the shell that looks: `main` writes its number down. */
export const mainPid = "$(cat /scratch/pid)"

const main: ContainerDefinition = {
  name: "main",
  image,
  cpu: 128,
  memory: 96,
  memoryReservation: 64,
  entryPoint: ["/bin/sh", "-c"],
  command: [`echo $$ > /scratch/pid; ${forever}`],
  environment: [{ name: "GREETING", value: "hello world" }],
  readonlyRootFilesystem: true,
  dockerLabels: { "com.example.team": "harbour" },
  dockerSecurityOptions: ["no-new-privileges"],
  hostname: "lighthouse",
  extraHosts: [{ hostname: "pier.example", ipAddress: "10.9.8.7" }],
  dnsServers: ["10.0.0.2", "10.0.0.3"],
  dnsSearchDomains: ["example.internal"],
  systemControls: [
    { namespace: "net.core.somaxconn", value: "321" },
    { namespace: "kernel.msgmax", value: "4096" },
  ],
  links: ["neighbour:next-door"],
  volumesFrom: [{ sourceContainer: "neighbour", readOnly: true }],
  mountPoints: [
    { sourceVolume: "host", containerPath: "/host" },
    { sourceVolume: "empty", containerPath: "/empty", readOnly: true },
    { sourceVolume: "task", containerPath: "/task" },
    { sourceVolume: "shared", containerPath: "/shared" },
  ],
  interactive: true,
  pseudoTerminal: true,
  portMappings: [
    { containerPort: 8080, hostPort: 18080 },
    { containerPort: 8081, protocol: "udp" },
    { containerPortRange: "9000-9002" },
  ],
  ulimits: [
    { name: "nofile", softLimit: 1234, hardLimit: 2345 },
    { name: "core", softLimit: 0, hardLimit: 0 },
  ],
  linuxParameters: {
    capabilities: { add: ["NET_ADMIN"], drop: ["CHOWN"] },
    devices: [{ hostPath: "/dev/kmsg", containerPath: "/dev/kernel-log", permissions: ["write"] }],
    initProcessEnabled: true,
    sharedMemorySize: 48,
    tmpfs: [{ containerPath: "/scratch", size: 5, mountOptions: ["noexec", "mode=1777"] }],
    maxSwap: 32,
    swappiness: 35,
  },
  healthCheck: { command: ["CMD-SHELL", "test -f /scratch/pid"], interval: 5, timeout: 4, retries: 2, startPeriod: 7 },
  logConfiguration: { logDriver: "json-file", options: { "max-size": "1m" } },
  stopTimeout: 3,
}

const small = { image, memory: 16, essential: false, stopTimeout: 2 }
const sh = (line: string): string[] => ["/bin/sh", "-c", line]
/** As long as a container must have run to be started again, and a little. */
const beyondTheAttemptPeriod = "sleep 61"

export const containers: ContainerDefinition[] = [
  main,
  {
    ...small,
    name: "neighbour",
    command: sh(`echo from the neighbour > /from/word; echo own > /empty/word; ${forever}`),
    mountPoints: [
      { sourceVolume: "from", containerPath: "/from" },
      { sourceVolume: "empty", containerPath: "/empty" },
    ],
  },
  { ...small, name: "user", user: "65534:65533", workingDirectory: "/tmp", command: sh(forever) },
  { ...small, name: "mighty", privileged: true, command: sh(forever) },
  { ...small, name: "alone", disableNetworking: true, command: sh(forever) },
  {
    ...small,
    name: "restarting",
    command: sh(`${beyondTheAttemptPeriod}; exit 5`),
    restartPolicy: { enabled: true, restartAttemptPeriod: 60 },
  },
  {
    ...small,
    name: "ignoring",
    command: sh(`${beyondTheAttemptPeriod}; exit 6`),
    restartPolicy: { enabled: true, ignoredExitCodes: [6], restartAttemptPeriod: 60 },
  },
  // Never healthy, so that what waits for it waits for its startTimeout.
  {
    ...small,
    name: "slow",
    command: sh(forever),
    startTimeout: 3,
    healthCheck: { command: ["CMD", "false"], interval: 5 },
  },
  { ...small, name: "waiting", command: sh(forever), dependsOn: [{ containerName: "slow", condition: "HEALTHY" }] },
  { ...small, name: "stubborn", command: sh("trap '' TERM; while true; do sleep 0.1; done") },
]

export const volumes = [
  { name: "host", host: { sourcePath: "/srv/data" } },
  { name: "empty", host: {} },
  { name: "from", host: {} },
  { name: "task", dockerVolumeConfiguration: { scope: "task" as const, driver: "local", labels: { kind: "own" } } },
  {
    name: "shared",
    dockerVolumeConfiguration: { scope: "shared" as const, autoprovision: true, labels: { kind: "common" } },
  },
]
