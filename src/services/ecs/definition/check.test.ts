// Every refusal of RegisterTaskDefinition, by what is wrong and what ECS says to it.
// source of each text: R = reference/aws-behaviour.md 1.6 and 1.8 ([field], moto), P = badmintoncryer/cdk-preflight
// rules/ecs (probed at the real API in 2026), M = from memory, to be compared with AWS when somebody can.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { Fault } from "../../../kernel/index.ts"
import { checkDefinition } from "./check.ts"
import type { ContainerBody, Definition } from "./definition.ts"
import { fargateSizes, isFargateSize, parseCpu, parseMemory } from "./task-size.ts"

const container = (over: ContainerBody = {}): ContainerBody => ({ name: "app", image: "app:1", memory: 64, ...over })
const bridge = (...containers: ContainerBody[]): Definition => ({ family: "f", containerDefinitions: containers })
const fargate = (over: Partial<Definition> = {}, of: ContainerBody = {}): Definition => ({
  family: "f",
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image: "app:1", ...of }],
  ...over,
})
const awsvpc = (of: ContainerBody): Definition => ({ ...bridge(container(of)), networkMode: "awsvpc" })

type Case = readonly [source: "R" | "P" | "M", what: string, definition: Definition, message: string]

const efs = (efsVolumeConfiguration: object): Definition =>
  ({ ...bridge(container()), volumes: [{ name: "v", efsVolumeConfiguration }] }) as Definition

const cases: readonly Case[] = [
  ["M", "a family with a space", { ...bridge(container()), family: "a b" }, "Family contains invalid characters."],
  ["R", "no containers", bridge(), "Container list cannot be empty."],
  [
    "M",
    "eleven containers",
    bridge(...Array.from({ length: 11 }, (_, i) => container({ name: `c${i}` }))),
    "Too many containers.",
  ],
  ["R", "no name", bridge({ image: "a", memory: 64 }), "Container.name should not be null or empty."],
  ["R", "no image", bridge({ name: "a", memory: 64 }), "Container.image should not be null or empty."],
  ["P", "a name twice", bridge(container(), container()), "Container names must be unique within a task definition."],
  [
    "P",
    "nothing essential",
    bridge(container({ essential: false })),
    "Task definition doesn't have any essential container.",
  ],
  [
    "R",
    "no memory anywhere",
    bridge({ name: "app", image: "a" }),
    "Invalid setting for container 'app'. At least one of 'memory' or 'memoryReservation' must be specified.",
  ],
  [
    "P",
    "a reservation over the limit",
    bridge(container({ memory: 64, memoryReservation: 128 })),
    "Invalid setting for container 'app'. 'memory' must be greater than or equal to 'memoryReservation'.",
  ],
  [
    "P",
    "a container larger than its task",
    fargate({}, { memory: 1024 }),
    "The 'memory' setting for container 'app' is greater than for the task.",
  ],
  [
    "R",
    "containers with more CPU than the task",
    fargate({}, { cpu: 512 }),
    "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
  ],
  [
    "R",
    "a CPU that is no number",
    { ...bridge(container()), cpu: "much" },
    "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
  ],
  [
    "R",
    "a CPU below EC2's least",
    { ...bridge(container()), cpu: "64" },
    "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
  ],
  ["R", "Fargate without awsvpc", fargate({ networkMode: "bridge" }), "Fargate only supports network mode ‘awsvpc’."],
  [
    "R",
    "Fargate without cpu",
    { ...fargate(), cpu: undefined } as Definition,
    "Fargate requires that 'cpu' be defined at the task level.",
  ],
  [
    "R",
    "Fargate without memory",
    { ...fargate(), memory: undefined } as Definition,
    "Fargate requires that 'memory' be defined at the task level.",
  ],
  [
    "R",
    "a size that Fargate does not have",
    fargate({ cpu: "1024", memory: "1024" }),
    "No Fargate configuration exists for given values: 1024 CPU, 1024 memory. See the Amazon ECS documentation for the valid values.",
  ],
  [
    "R",
    "Windows below one vCPU",
    fargate({ runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } }),
    "No Fargate configuration exists for given values: 256 CPU, 512 memory. See the Amazon ECS documentation for the valid values.",
  ],
  [
    "R",
    "Fargate with the host's pid",
    fargate({ pidMode: "host" }),
    "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
  ],
  [
    "P",
    "Fargate with ipcMode",
    fargate({ ipcMode: "task" }),
    "Fargate compatible task definitions do not support ipcMode",
  ],
  [
    "P",
    "Fargate with constraints",
    fargate({ placementConstraints: [{ type: "memberOf", expression: "x" }] }),
    "Fargate compatible task definitions do not support constraints",
  ],
  [
    "P",
    "Fargate with a host path",
    fargate({ volumes: [{ name: "v", host: { sourcePath: "/tmp" } }] }),
    "Fargate compatible task definitions do not support sourcePath",
  ],
  [
    "P",
    "Fargate with a Docker volume",
    fargate({ volumes: [{ name: "v", dockerVolumeConfiguration: {} }] }),
    "Fargate compatible task definitions do not support dockerVolumeConfiguration",
  ],
  [
    "P",
    "Fargate with privileged",
    fargate({}, { privileged: true }),
    "Fargate requires that the 'privileged' setting be 'false'",
  ],
  [
    "P",
    "Fargate with devices",
    fargate({}, { linuxParameters: { devices: [{ hostPath: "/dev/x" }] } }),
    "Fargate compatible task definitions do not support devices",
  ],
  [
    "P",
    "Fargate with shared memory",
    fargate({}, { linuxParameters: { sharedMemorySize: 64 } }),
    "Fargate compatible task definitions do not support sharedMemorySize",
  ],
  [
    "P",
    "Fargate with a capability",
    fargate({}, { linuxParameters: { capabilities: { add: ["NET_ADMIN"] } } }),
    "NET_ADMIN is not allowed on Fargate.",
  ],
  [
    "P",
    "Fargate with a GPU",
    fargate({}, { resourceRequirements: [{ type: "GPU", value: "1" }] }),
    "Tasks using the Fargate launch type do not support GPU resource requirements.",
  ],
  [
    "P",
    "Fargate with another log driver",
    fargate({}, { logConfiguration: { logDriver: "syslog" } }),
    "syslog is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]",
  ],
  [
    "R",
    "Fargate with awslogs and no role",
    fargate({}, { logConfiguration: { logDriver: "awslogs" } }),
    "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
  ],
  [
    "R",
    "Fargate with an ECR image and no role",
    fargate({}, { image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/a" }),
    "Fargate requires task definition to have execution role ARN to support ECR images.",
  ],
  [
    "P",
    "too little ephemeral storage",
    fargate({ ephemeralStorage: { sizeInGiB: 20 } }),
    "EphemeralStorage size should be at least 21.",
  ],
  [
    "P",
    "too much ephemeral storage",
    fargate({ ephemeralStorage: { sizeInGiB: 201 } }),
    "EphemeralStorage size should be at most 200.",
  ],
  [
    "R",
    "a container port of 0",
    bridge(container({ portMappings: [{ containerPort: 0 }] })),
    "Invalid 'containerPort' setting for container 'app'.",
  ],
  [
    "R",
    "a container port over 65535",
    bridge(container({ portMappings: [{ containerPort: 65536 }] })),
    "Invalid 'containerPort' setting for container 'app'.",
  ],
  [
    "R",
    "another host port in awsvpc",
    awsvpc({ portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
    "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
  ],
  [
    "R",
    "another host port on the host",
    { ...bridge(container({ portMappings: [{ containerPort: 80, hostPort: 8080 }] })), networkMode: "host" },
    "When networkMode=host, the host ports and container ports in port mappings must match.",
  ],
  [
    "P",
    "a port and a range",
    bridge(container({ portMappings: [{ containerPort: 80, containerPortRange: "80-90" }] })),
    "Invalid setting for container 'app': cannot specify both single port and port range.",
  ],
  [
    "P",
    "a range that ends before it begins",
    bridge(container({ portMappings: [{ containerPortRange: "90-80" }] })),
    "Invalid 'containerPortRange' setting for container 'app'.",
  ],
  [
    "P",
    "ranges that overlap",
    bridge(container({ portMappings: [{ containerPortRange: "80-90" }, { containerPortRange: "90-95" }] })),
    "Invalid setting for container 'app': container port is used multiple times in task.",
  ],
  [
    "M",
    "one port for two protocols",
    bridge(container({ portMappings: [{ containerPort: 53 }, { containerPort: 53, protocol: "udp" }] })),
    "Invalid setting for container 'app': container port 53 is exposed for multiple protocols.",
  ],
  [
    "P",
    "a port name twice",
    bridge(
      container({
        portMappings: [
          { containerPort: 1, name: "p" },
          { containerPort: 2, name: "p" },
        ],
      }),
    ),
    "Invalid setting for container 'app': port mapping name is already used.",
  ],
  ["P", "links in awsvpc", awsvpc({ links: ["db"] }), "Links are not supported when networkMode=awsvpc."],
  [
    "P",
    "a hostname in awsvpc",
    awsvpc({ hostname: "h" }),
    "hostname is not supported on container when networkMode=awsvpc.",
  ],
  [
    "P",
    "extra hosts in awsvpc",
    awsvpc({ extraHosts: [{ hostname: "h", ipAddress: "10.0.0.1" }] }),
    "Extra hosts are not supported on container when networkMode=awsvpc.",
  ],
  [
    "P",
    "DNS servers in awsvpc",
    awsvpc({ dnsServers: ["10.0.0.2"] }),
    "DNS servers are not supported on container when networkMode=awsvpc.",
  ],
  [
    "P",
    "disableNetworking in awsvpc",
    awsvpc({ disableNetworking: true }),
    "Disable Networking is not supported on container when networkMode=awsvpc.",
  ],
  [
    "P",
    "an unknown volume",
    bridge(container({ mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] })),
    "Unknown volume 'v'.",
  ],
  [
    "P",
    "EFS with IAM in clear text",
    efs({ fileSystemId: "fs-1", authorizationConfig: { iam: "ENABLED" } }),
    "EFS IAM authorization requires TransitEncryption to be enabled.",
  ],
  [
    "P",
    "EFS with an encryption port only",
    efs({ fileSystemId: "fs-1", transitEncryptionPort: 2049 }),
    "TransitEncryptionPort requires that TransitEncryption is enabled.",
  ],
  [
    "P",
    "EFS with access point and folder",
    efs({
      fileSystemId: "fs-1",
      rootDirectory: "/a",
      transitEncryption: "ENABLED",
      authorizationConfig: { accessPointId: "fsap-1" },
    }),
    'When using an EFS access point, the root directory must either be set to "/" or be omitted.',
  ],
  [
    "M",
    "a container that waits for itself",
    bridge(container({ dependsOn: [{ containerName: "app", condition: "START" }] })),
    "Container 'app' cannot depend on itself.",
  ],
  [
    "P",
    "a dependency on nothing",
    bridge(container({ dependsOn: [{ containerName: "db", condition: "START" }] })),
    "Cannot depend on container db because it does not exist.",
  ],
  [
    "P",
    "HEALTHY without a health check",
    bridge(container({ dependsOn: [{ containerName: "db", condition: "HEALTHY" }] }), container({ name: "db" })),
    "A dependency container with HEALTHY condition must have health check configured",
  ],
  [
    "R",
    "SUCCESS of an essential container",
    bridge(container({ dependsOn: [{ containerName: "db", condition: "SUCCESS" }] }), container({ name: "db" })),
    "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
  ],
  [
    "M",
    "a circle",
    bridge(
      container({ dependsOn: [{ containerName: "db", condition: "START" }] }),
      container({ name: "db", dependsOn: [{ containerName: "app", condition: "START" }] }),
    ),
    "A circular dependency between containers was found.",
  ],
  [
    "M",
    "a health check without a command",
    bridge(container({ healthCheck: { command: ["curl"] } })),
    "Invalid 'healthCheck.command' setting for container 'app'. The command must start with CMD, or with CMD-SHELL and one string.",
  ],
  [
    "M",
    "a health check every second",
    bridge(container({ healthCheck: { command: ["CMD", "a"], interval: 1 } })),
    "Invalid 'healthCheck.interval' setting for container 'app'. Must be between 5 and 300.",
  ],
  [
    "M",
    "a long stopTimeout on Fargate",
    fargate({}, { stopTimeout: 121 }),
    "Invalid 'stopTimeout' setting for container 'app'.",
  ],
  [
    "P",
    "a short restart period",
    bridge(container({ restartPolicy: { enabled: true, restartAttemptPeriod: 10 } })),
    "the 'restartAttemptPeriod' setting for container 'app' must be between 60 and 1800",
  ],
  [
    "R",
    "awslogs without options",
    bridge(container({ logConfiguration: { logDriver: "awslogs" } })),
    "Log driver awslogs requires options: awslogs-region, awslogs-group",
  ],
  [
    "R",
    "secrets without a role",
    bridge(container({ secrets: [{ name: "S", valueFrom: "s" }] })),
    "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
  ],
  [
    "P",
    "eleven environment files",
    bridge(
      container({
        environmentFiles: Array.from({ length: 11 }, () => ({ type: "s3" as const, value: "arn:aws:s3:::b/a.env" })),
      }),
    ),
    "The maximum number of environment files was exceeded. Specify ten or less and try again.",
  ],
  ["M", "a role that is none", { ...bridge(container()), taskRoleArn: "arn:aws:s3:::bucket" }, "Role is not valid"],
]

for (const [source, what, definition, message] of cases) {
  test(`a task definition with ${what} is refused (${source})`, () => {
    assert.throws(
      () => checkDefinition(definition),
      (thrown) => {
        assert.ok(thrown instanceof Fault)
        assert.deepEqual({ code: thrown.code, message: thrown.message }, { code: "ClientException", message })
        return true
      },
    )
  })
}

const good: readonly (readonly [string, Definition])[] = [
  ["a bridge task with a memory limit", bridge(container())],
  ["a Fargate task without container sizes", fargate()],
  [
    "one port in two containers of a bridge task",
    bridge(
      container({ portMappings: [{ containerPort: 80 }] }),
      container({ name: "b", portMappings: [{ containerPort: 80 }] }),
    ),
  ],
  ["the same host port in awsvpc", awsvpc({ portMappings: [{ containerPort: 80, hostPort: 80 }] })],
  [
    "pidMode task and SYS_PTRACE on Fargate",
    fargate({ pidMode: "task" }, { linuxParameters: { capabilities: { add: ["SYS_PTRACE"] } } }),
  ],
  [
    "empty lists where Fargate allows nothing",
    fargate(
      { placementConstraints: [] },
      { links: [], dnsServers: [], extraHosts: [], linuxParameters: { devices: [], tmpfs: [] } },
    ),
  ],
  [
    "a chain of dependencies",
    bridge(
      container({ dependsOn: [{ containerName: "b", condition: "HEALTHY" }] }),
      container({
        name: "b",
        healthCheck: { command: ["CMD", "true"] },
        dependsOn: [{ containerName: "c", condition: "SUCCESS" }],
      }),
      container({ name: "c", essential: false }),
    ),
  ],
]
for (const [what, definition] of good) {
  test(`${what} is taken`, () => checkDefinition(definition))
}

test("sizes are taken as units, vCPU and GB, and nothing else", () => {
  const cpu = ["256", "1 vCPU", "1vcpu", ".5 vCPU", "0.25vCPU", "16 VCPU", "1 core", "", "-1", "1.0001 vCPU"].map(
    parseCpu,
  )
  assert.deepEqual(cpu, [256, 1024, 1024, 512, 256, 16384, undefined, undefined, undefined, undefined])
  const memory = ["512", "1GB", "0.5 GB", "2 gb", "1MB", "x"].map(parseMemory)
  assert.deepEqual(memory, [512, 1024, 512, 2048, undefined, undefined])
})

test("Fargate takes exactly the sizes of its table", () => {
  // source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
  const counts = [...fargateSizes].map(([cpu, memories]) => [cpu, memories.length, memories[0], memories.at(-1)])
  assert.deepEqual(counts, [
    [256, 3, 512, 2048],
    [512, 4, 1024, 4096],
    [1024, 7, 2048, 8192],
    [2048, 13, 4096, 16384],
    [4096, 23, 8192, 30720],
    [8192, 12, 16384, 61440],
    [16384, 12, 32768, 122880],
  ])
  const refused = [
    [256, 4096],
    [512, 512],
    [1024, 1024],
    [1024, 2500],
    [3000, 6144],
    [4096, 31_744],
    [8192, 18_432],
  ]
  for (const [cpu = 0, memory = 0] of refused) assert.equal(isFargateSize(cpu, memory), false, `${cpu}/${memory}`)
})

test("no chain of dependencies is a circle, and every closed one is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.boolean(), (length, closed) => {
      const chain = Array.from({ length }, (_, i) => {
        const next = i + 1 < length ? `c${i + 1}` : closed ? "c0" : undefined
        const dependsOn = next === undefined ? [] : [{ containerName: next, condition: "START" as const }]
        return container({ name: `c${i}`, dependsOn })
      })
      const check = () => checkDefinition(bridge(...chain))
      if (closed) assert.throws(check, /circular/)
      else check()
    }),
  )
})
