// Refusals of RegisterTaskDefinition that are neither Fargate's nor the network's (see checks/), and what must be taken.
// Sources: test/support/definition-cases.ts.

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  awsvpc,
  bridge,
  container,
  fargate,
  refusesEach,
  takesEach,
} from "../../../../test/support/definition-cases.ts"
import { checkDefinition } from "./check.ts"
import type { Definition } from "./definition.ts"

const efs = (efsVolumeConfiguration: object): Definition =>
  ({ ...bridge(container()), volumes: [{ name: "v", efsVolumeConfiguration }] }) as Definition

refusesEach([
  [
    "M",
    "a placement expression that is none",
    { ...bridge(container()), placementConstraints: [{ type: "memberOf", expression: "moon == full" }] },
    "Invalid expression 'moon == full': unknown subject 'moon'.",
  ],
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
  ["M", "half a CPU unit", bridge(container({ cpu: 1.5 })), "Invalid 'cpu' setting for container 'app'."],
  [
    "M",
    "more memory than 32 bits",
    bridge(container({ memory: 2 ** 31 })),
    "Invalid 'memory' setting for container 'app'.",
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
  [
    "R",
    "more than 64 KiB",
    bridge(container({ command: ["x".repeat(70_000)] })),
    "Actual length: '70097'. Max allowed length is '65536' bytes.",
  ],
  ["M", "no family", { ...bridge(container()), family: "" }, "Family should not be null or empty."],
  [
    "M",
    "a family of 256 letters",
    { ...bridge(container()), family: "f".repeat(256) },
    "Family exceeds 255 characters.",
  ],
  [
    "M",
    "a container name with a dot",
    bridge(container({ name: "a.b" })),
    "Container.name contains invalid characters.",
  ],
  ["M", "an image with a space", bridge(container({ image: "a b" })), "Container.image contains invalid characters."],
  [
    "R",
    "a memory that is no number",
    { ...bridge(container()), memory: "much" },
    "Invalid 'memory' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
  ],
  [
    "M",
    "less memory than Docker's least",
    bridge(container({ memory: 5 })),
    "Invalid 'memory' setting for container 'app'.",
  ],
  [
    "M",
    "a dependency on an unknown condition",
    bridge(
      container({ dependsOn: [{ containerName: "db", condition: "LATER" as "START" }] }),
      container({ name: "db" }),
    ),
    "Invalid 'condition' setting for container 'app'.",
  ],
  [
    "M",
    "a start timeout of a second",
    bridge(container({ startTimeout: 1 })),
    "Invalid 'startTimeout' setting for container 'app'.",
  ],
  [
    "M",
    "half a second to stop",
    bridge(container({ stopTimeout: 2.5 })),
    "Invalid 'stopTimeout' setting for container 'app'.",
  ],
  ...(
    [
      ["timeout", 1, 2, 60],
      ["retries", 11, 1, 10],
      ["startPeriod", 301, 0, 300],
    ] as const
  ).map(
    ([member, value, least, most]) =>
      [
        "M",
        `a health check with ${member} ${value}`,
        bridge(container({ healthCheck: { command: ["CMD", "a"], [member]: value } })),
        `Invalid 'healthCheck.${member}' setting for container 'app'. Must be between ${least} and ${most}.`,
      ] as const,
  ),
  ["M", "a role that is none", { ...bridge(container()), taskRoleArn: "arn:aws:s3:::bucket" }, "Role is not valid"],
])

takesEach([
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
])

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
