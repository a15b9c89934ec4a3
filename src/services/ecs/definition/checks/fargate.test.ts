// What Fargate does not take, by what is wrong and what ECS says to it. Sources: test/support/definition-cases.ts.

import { fargate, refusesEach } from "../../../../../test/support/definition-cases.ts"
import type { Definition } from "../definition.ts"

refusesEach([
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
  ...(
    [
      ["maxSwap", { linuxParameters: { maxSwap: 0 } }],
      ["swappiness", { linuxParameters: { swappiness: 0 } }],
      ["tmpfs", { linuxParameters: { tmpfs: [{ containerPath: "/t", size: 1 }] } }],
      ["dockerSecurityOptions", { dockerSecurityOptions: ["no-new-privileges"] }],
    ] as const
  ).map(
    ([member, of]) =>
      [
        "P",
        `Fargate with ${member}`,
        fargate({}, of),
        `Fargate compatible task definitions do not support ${member}`,
      ] as const,
  ),
  [
    "M",
    "Fargate with FSx",
    fargate({ volumes: [{ name: "v", fsxWindowsFileServerVolumeConfiguration: {} as never }] }),
    "Fargate compatible task definitions do not support fsxWindowsFileServerVolumeConfiguration",
  ],
  [
    "M",
    "Fargate with a Neuron device",
    fargate({}, { resourceRequirements: [{ type: "NeuronDevice", value: "1" }] }),
    "Tasks using the Fargate launch type do not support NeuronDevice resource requirements.",
  ],
  [
    "P",
    "Windows on ARM64",
    fargate({
      cpu: "1024",
      memory: "2048",
      runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE", cpuArchitecture: "ARM64" },
    }),
    "No Fargate configuration exists for given values: 1024 CPU, 2048 memory. See the Amazon ECS documentation for the valid values.",
  ],
  [
    "P",
    "Fargate with awslogs and no prefix",
    fargate(
      { executionRoleArn: "arn:aws:iam::123456789012:role/execution" },
      { logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g", "awslogs-region": "r" } } },
    ),
    "Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.",
  ],
  [
    "M",
    "half a GiB of ephemeral storage",
    fargate({ ephemeralStorage: { sizeInGiB: 21.5 } }),
    "EphemeralStorage size should be an integer.",
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
])
