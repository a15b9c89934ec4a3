// Records for tests that begin in the middle of a story, with members that no test cares about filled in.
import type {
  ContainerInstanceRow,
  IamRoleRow,
  InstanceRow,
  TaskDefinitionRow,
  TaskRow,
} from "../../src/state/index.ts"

const scope = { account: "111122223333", region: "us-east-1" }
const arn = (resource: string) => `arn:aws:ecs:${scope.region}:${scope.account}:${resource}`

/** A connected-once host of the Fargate pool on machine `m-1`. */
export const aHost = (more: Partial<ContainerInstanceRow> = {}): ContainerInstanceRow => ({
  ...scope,
  arn: arn(`container-instance/.roadstead-fargate/${"a".repeat(32)}`),
  clusterArn: arn("cluster/.roadstead-fargate"),
  registeredBy: "arn:aws:sts::111122223333:assumed-role/RoadsteadHost/m-1",
  pool: "fargate",
  machineId: "m-1",
  status: "ACTIVE",
  registeredAt: 0,
  attributes: [],
  registeredResources: [],
  tags: [],
  session: { connected: false, since: 0 },
  timeline: 0,
  version: 1,
  ...more,
})

/** `web:1` with one container. */
export const aDefinition = (more: Partial<TaskDefinitionRow> = {}): TaskDefinitionRow => ({
  ...scope,
  arn: arn("task-definition/web:1"),
  family: "web",
  revision: 1,
  status: "ACTIVE",
  registeredAt: 0,
  registeredBy: "arn:aws:iam::111122223333:root",
  tags: [],
  definition: { family: "web", containerDefinitions: [{ name: "main", image: "app" }] },
  ...more,
})

/** A task of `web:1` that is placed on {@link aHost} and waits for its agent. */
export const aTask = (more: Partial<TaskRow> = {}): TaskRow => {
  const id = more.id ?? "1".repeat(32)
  return {
    ...scope,
    arn: arn(`task/default/${id}`),
    id,
    clusterArn: arn("cluster/default"),
    taskDefinitionArn: arn("task-definition/web:1"),
    launchType: "FARGATE",
    group: "family:web",
    overrides: {},
    enableExecuteCommand: false,
    tags: [],
    containers: [
      {
        arn: arn(`container/default/${id}/c`),
        name: "main",
        image: "app",
        essential: true,
        cpu: "0",
        healthChecked: false,
      },
    ],
    createdAt: 0,
    containerInstanceArn: aHost().arn,
    desiredStatus: "RUNNING",
    observed: { containers: {} },
    lastStatus: "PENDING",
    steps: [],
    attachments: [],
    version: 1,
    announced: "",
    ...more,
  }
}

/** A role that tasks may act as, `app` unless it is named. */
export const aRole = (more: Partial<IamRoleRow> = {}): IamRoleRow => {
  const { account = "123456789012", name = "app" } = more
  return {
    account,
    name,
    id: `AROA${name.toUpperCase().padEnd(17, "A")}`,
    path: "/",
    arn: `arn:aws:iam::${account}:role/${name}`,
    createdAt: 0,
    attached: [],
    inline: [],
    tags: [],
    trust: trustOf("ecs-tasks.amazonaws.com"),
    maxSessionDuration: 3600,
    ...more,
  }
}

/** A trust policy that lets a service assume the role, under a condition if one is given. */
export const trustOf = (service: string, condition?: object): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        ...(condition && { Condition: condition }),
      },
    ],
  })

/** A running instance. */
export const anInstance = (more: Partial<InstanceRow> = {}): InstanceRow => ({
  account: "000000000000",
  region: "us-east-1",
  tags: [],
  id: "i-0123456789abcdef0",
  reservationId: "r-0123456789abcdef0",
  launchIndex: 0,
  imageId: "ami-0123456789abcdef0",
  instanceType: "t3.micro",
  vcpus: 2,
  memoryMiB: 1024,
  architecture: "x86_64",
  vpcId: "vpc-0123456789abcdef0",
  subnetId: "subnet-0123456789abcdef0",
  availabilityZone: "us-east-1a",
  privateIp: "172.31.0.10",
  interfaceId: "eni-0123456789abcdef0",
  launchedAt: 0,
  agentSettings: {},
  desired: "running",
  transitionReason: "",
  boots: 1,
  observed: { state: "running", at: 0 },
  ...more,
})
