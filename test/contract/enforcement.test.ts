// Permissions as their holders meet them, with the SDK and the AWS CLI: users of IAM with policies of a few lines, at ECS, EC2
// and CloudWatch Logs.
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { CloudWatchLogsClient, CreateLogGroupCommand, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs"
import { CreateVpcCommand, DescribeSubnetsCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2"
import * as ecs from "@aws-sdk/client-ecs"
import * as iam from "@aws-sdk/client-iam"
import { allServices } from "../support/all-services.ts"
import { account, region } from "../support/aws-endpoint.ts"
import { allow, ecsTasks, type IamEndpoint, iamEndpoint, policy, trust } from "../support/iam.ts"

let aws: IamEndpoint
let root: ecs.ECSClient
let subnets: string[]

const arn = (resource: string) => `arn:aws:ecs:${region}:${account}:${resource}`
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`

before(async () => {
  aws = await iamEndpoint(allServices())
  root = new ecs.ECSClient(aws.sdk)
  for (const clusterName of ["web", "data"]) {
    await root.send(new ecs.CreateClusterCommand({ clusterName, tags: [{ key: "team", value: clusterName }] }))
  }
  for (const RoleName of ["task", "other"]) {
    await aws.client.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: ecsTasks }))
  }
  const { Subnets } = await new EC2Client(aws.sdk).send(new DescribeSubnetsCommand({}))
  subnets = (Subnets ?? []).map(({ SubnetId }) => SubnetId ?? "")
})
after(async () => {
  root.destroy()
  await aws.close()
})

let users = 0
/** A user that may do what the statements say, and how to change that. */
const user = async (...statements: readonly object[]) => {
  const name = `user-${users++}`
  const credentials = await aws.userWithKey(name)
  const may = (...now: readonly object[]) =>
    aws.client.send(new iam.PutUserPolicyCommand({ UserName: name, PolicyName: "p", PolicyDocument: policy(...now) }))
  if (statements.length > 0) await may(...statements)
  return { name, arn: `arn:aws:iam::${account}:user/${name}`, may, sdk: { ...aws.sdk, credentials } }
}

const refusal = (
  who: string,
  action: string,
  on: string,
  why = `because no identity-based policy allows the ${action} action`,
) => ({
  name: "AccessDeniedException",
  message: `User: ${who} is not authorized to perform: ${action} on resource: ${on} ${why}`,
})

const definition = {
  family: "app",
  requiresCompatibilities: ["FARGATE" as const],
  networkMode: "awsvpc" as const,
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image: "app" }],
}

describe("ECS", () => {
  test("a cluster's ARN, its tags and the cluster as a condition keep a user to one cluster", async () => {
    const ann = await user(
      {
        Effect: "Allow",
        Action: "ecs:DescribeClusters",
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceTag/team": "web" } },
      },
      {
        Effect: "Allow",
        Action: "ecs:ListTasks",
        Resource: "*",
        Condition: { ArnEquals: { "ecs:cluster": arn("cluster/web") } },
      },
      { Effect: "Allow", Action: "ecs:ListContainerInstances", Resource: arn("cluster/web") },
    )
    const client = new ecs.ECSClient(ann.sdk)
    const described = await client.send(new ecs.DescribeClustersCommand({ clusters: ["web"] }))
    assert.equal(described.clusters?.length, 1)
    await assert.rejects(
      client.send(new ecs.DescribeClustersCommand({ clusters: ["web", "data"] })),
      refusal(ann.arn, "ecs:DescribeClusters", arn("cluster/data")),
    )
    await client.send(new ecs.ListTasksCommand({ cluster: "web" }))
    await assert.rejects(
      client.send(new ecs.ListTasksCommand({ cluster: "data" })),
      refusal(ann.arn, "ecs:ListTasks", "*"),
    )
    await client.send(new ecs.ListContainerInstancesCommand({ cluster: "web" }))
    await assert.rejects(
      client.send(new ecs.ListContainerInstancesCommand({ cluster: "data" })),
      refusal(ann.arn, "ecs:ListContainerInstances", arn("cluster/data")),
    )
    client.destroy()
  })

  test("who registers a task definition has to be allowed to hand its roles to tasks", async () => {
    const ann = await user(allow(["ecs:*"]))
    const client = new ecs.ECSClient(ann.sdk)
    const register = (roleName: string) =>
      client.send(new ecs.RegisterTaskDefinitionCommand({ ...definition, taskRoleArn: role(roleName) }))
    await assert.rejects(register("task"), refusal(ann.arn, "iam:PassRole", role("task")))
    const pass = (to: string) => ({
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: role("task"),
      Condition: { StringEquals: { "iam:PassedToService": to } },
    })
    await ann.may(allow(["ecs:*"]), pass("ec2.amazonaws.com"))
    await assert.rejects(register("task"), refusal(ann.arn, "iam:PassRole", role("task")))
    await ann.may(allow(["ecs:*"]), pass("ecs-tasks.amazonaws.com"))
    const { taskDefinition } = await register("task")
    assert.equal(taskDefinition?.taskRoleArn, role("task"))
    await assert.rejects(register("other"), refusal(ann.arn, "iam:PassRole", role("other")))
    client.destroy()
  })

  test("RunTask is decided on the revision that a family stands for, with the roles of it and of the overrides", async () => {
    const { taskDefinition } = await root.send(
      new ecs.RegisterTaskDefinitionCommand({ ...definition, family: "job", taskRoleArn: role("task") }),
    )
    const revision = taskDefinition?.taskDefinitionArn ?? ""
    const ann = await user({ Effect: "Allow", Action: "ecs:RunTask", Resource: revision })
    const client = new ecs.ECSClient(ann.sdk)
    const run = (more: Partial<ecs.RunTaskCommandInput> = {}) =>
      client.send(
        new ecs.RunTaskCommand({
          ...{ cluster: "web", taskDefinition: "job", launchType: "FARGATE" },
          networkConfiguration: { awsvpcConfiguration: { subnets } },
          ...more,
        }),
      )
    await assert.rejects(run(), refusal(ann.arn, "iam:PassRole", role("task")))
    const pass = { Effect: "Allow", Action: "iam:PassRole", Resource: role("task") }
    const start = { Effect: "Allow", Action: "ecs:RunTask", Resource: revision }
    await ann.may(start, pass)
    assert.equal((await run()).tasks?.[0]?.taskDefinitionArn, revision)
    await assert.rejects(
      run({ overrides: { taskRoleArn: role("other") } }),
      refusal(ann.arn, "iam:PassRole", role("other")),
    )
    await assert.rejects(
      run({ tags: [{ key: "a", value: "b" }] }),
      refusal(ann.arn, "ecs:TagResource", arn("task/web/*")),
    )
    const exec = { Condition: { StringEquals: { "ecs:enable-execute-command": "false" } } }
    await ann.may({ ...start, ...exec }, pass)
    assert.equal((await run()).tasks?.length, 1)
    await assert.rejects(run({ enableExecuteCommand: true }), refusal(ann.arn, "ecs:RunTask", revision))
    await root.send(new ecs.RegisterTaskDefinitionCommand({ ...definition, family: "job" }))
    await assert.rejects(run(), refusal(ann.arn, "ecs:RunTask", arn("task-definition/job:2")))
    client.destroy()
  })

  test("a Deny goes before every Allow, and a boundary keeps what it does not allow away", async () => {
    const ann = await user(allow(["*"]), { Effect: "Deny", Action: "ecs:DeleteCluster", Resource: arn("cluster/web") })
    const client = new ecs.ECSClient(ann.sdk)
    await assert.rejects(
      client.send(new ecs.DeleteClusterCommand({ cluster: "web" })),
      refusal(ann.arn, "ecs:DeleteCluster", arn("cluster/web"), "with an explicit deny in an identity-based policy"),
    )
    await aws.client.send(
      new iam.PutUserPermissionsBoundaryCommand({
        UserName: ann.name,
        PermissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      }),
    )
    await client.send(new ecs.ListClustersCommand({}))
    await assert.rejects(
      client.send(new ecs.CreateClusterCommand({ clusterName: "more" })),
      refusal(
        ann.arn,
        "ecs:CreateCluster",
        arn("cluster/more"),
        "because no permissions boundary allows the ecs:CreateCluster action",
      ),
    )
    client.destroy()
  })

  test("an authorised call of nonsense is refused for its nonsense, an unauthorised one for its want of permission", async () => {
    const ann = await user()
    const client = new ecs.ECSClient(ann.sdk)
    const nonsense = new ecs.RunTaskCommand({ cluster: "no such", taskDefinition: "?", count: -1 })
    await assert.rejects(client.send(nonsense), { name: "AccessDeniedException" })
    await ann.may(allow(["ecs:*"]))
    await assert.rejects(client.send(nonsense), { name: "InvalidParameterException" })
    client.destroy()
  })
})

describe("EC2", () => {
  test("a dry run says whether one may, and without DryRun the same is refused", async () => {
    const ann = await user(allow(["ec2:Describe*"]))
    const client = new EC2Client(ann.sdk)
    const vpc = `arn:aws:ec2:${region}:${account}:vpc/*`
    const message =
      `You are not authorized to perform this operation. User: ${ann.arn} is not authorized to perform: ec2:CreateVpc ` +
      `on resource: ${vpc} because no identity-based policy allows the ec2:CreateVpc action`
    for (const DryRun of [true, false]) {
      const refused = client.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16", DryRun }))
      await assert.rejects(refused, { name: "UnauthorizedOperation", message })
    }
    await ann.may(allow(["ec2:CreateVpc"]))
    const dry = client.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16", DryRun: true }))
    await assert.rejects(dry, { name: "DryRunOperation" })
    await assert.rejects(client.send(new DescribeSubnetsCommand({})), {
      message:
        `You are not authorized to perform this operation. User: ${ann.arn} is not authorized to perform: ` +
        "ec2:DescribeSubnets because no identity-based policy allows the ec2:DescribeSubnets action",
    })
    client.destroy()
  })

  test("a launch is kept to types of instances, and hands over the role of its profile only with permission", async () => {
    const InstanceProfileName = "hosts"
    const RoleName = "host"
    const AssumeRolePolicyDocument = trust({ Service: "ec2.amazonaws.com" })
    await aws.client.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
    await aws.client.send(new iam.CreateInstanceProfileCommand({ InstanceProfileName }))
    await aws.client.send(new iam.AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }))
    const small = { Condition: { StringLikeIfExists: { "ec2:InstanceType": ["t3.*"] } } }
    const launch = { Effect: "Allow", Action: "ec2:RunInstances", Resource: "*", ...small }
    const ann = await user(launch)
    const client = new EC2Client(ann.sdk)
    const run = (InstanceType: "t3.micro" | "m5.large", profile?: string) =>
      client.send(
        new RunInstancesCommand({
          ...{ MinCount: 1, MaxCount: 1, ImageId: "ami-0123456789abcdef0", InstanceType, DryRun: true },
          ...(profile && { IamInstanceProfile: { Name: profile } }),
        }),
      )
    await assert.rejects(run("t3.micro"), { name: "DryRunOperation" })
    await assert.rejects(run("m5.large"), {
      name: "UnauthorizedOperation",
      message: /on resource: .*:instance\/\* because/,
    })
    await assert.rejects(run("t3.micro", InstanceProfileName), {
      name: "UnauthorizedOperation",
      message: new RegExp(`iam:PassRole on resource: ${role(RoleName)} because`),
    })
    const pass = { Effect: "Allow", Action: "iam:PassRole", Resource: role(RoleName) }
    await ann.may(launch, { ...pass, Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } } })
    await assert.rejects(run("t3.micro", InstanceProfileName), { name: "DryRunOperation" })
    client.destroy()
  })
})

test("a user of CloudWatch Logs is kept to groups by name", async () => {
  const group = `arn:aws:logs:${region}:${account}:log-group:/ecs/ann`
  const ann = await user({ Effect: "Allow", Action: "logs:CreateLogGroup", Resource: `${group}*:*` })
  const client = new CloudWatchLogsClient(ann.sdk)
  await client.send(new CreateLogGroupCommand({ logGroupName: "/ecs/ann-1" }))
  const theirs = `arn:aws:logs:${region}:${account}:log-group:/ecs/bob:log-stream:`
  const other = client.send(new CreateLogGroupCommand({ logGroupName: "/ecs/bob" }))
  await assert.rejects(other, refusal(ann.arn, "logs:CreateLogGroup", theirs))
  const all = `arn:aws:logs:${region}:${account}:log-group::log-stream:`
  await assert.rejects(client.send(new DescribeLogGroupsCommand({})), refusal(ann.arn, "logs:DescribeLogGroups", all))
  client.destroy()
})
