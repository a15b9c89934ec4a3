// What ECS takes, keeps and describes, and what nothing acts on yet: docs/parity.md lists it, and the log says so once
// when somebody uses it. What a host cannot do for a task (secrets, EFS, …) is not here: such a task fails and says why.

const clusters = [
  "CreateCluster.configuration",
  "CreateCluster.settings",
  "UpdateCluster.configuration",
  "UpdateCluster.settings",
  "UpdateClusterSettings.settings",
]

/** Settings that are kept and listed, and that nothing asks for. */
const idleSettings = [
  "awsvpcTrunking",
  "dualStackIPv6",
  "fargateEventWindows",
  "fargateFIPSMode",
  "fargateTaskRetirementWaitPeriod",
]

const settings = ["PutAccountSetting", "PutAccountSettingDefault"].flatMap((operation) =>
  idleSettings.map((name) => `${operation}.name=${name}`),
)

/** Options of awslogs: lines wait in the container's file, and metrics are not taken from them. */
const idleLogOptions = ["awslogs-format", "awslogs-max-buffered-events"]

const taskDefinitions = [
  "RegisterTaskDefinition.containerDefinitions.credentialSpecs",
  "RegisterTaskDefinition.containerDefinitions.firelensConfiguration",
  ...idleLogOptions.map((name) => `RegisterTaskDefinition.containerDefinitions.logConfiguration.options.${name}`),
  "RegisterTaskDefinition.containerDefinitions.portMappings.appProtocol",
  "RegisterTaskDefinition.containerDefinitions.portMappings.name",
  "RegisterTaskDefinition.enableFaultInjection",
  "RegisterTaskDefinition.ephemeralStorage",
  "RegisterTaskDefinition.proxyConfiguration",
]

const tasks = [
  "RunTask.enableExecuteCommand",
  "RunTask.networkConfiguration.awsvpcConfiguration.assignPublicIp",
  "RunTask.networkConfiguration.awsvpcConfiguration.securityGroups",
  "RunTask.overrides.containerOverrides.environmentFiles",
  "RunTask.overrides.ephemeralStorage",
  "RunTask.platformVersion=1.3.0",
  "RunTask.referenceId",
]

const placed = [
  "StartTask.enableExecuteCommand",
  "StartTask.overrides.containerOverrides.environmentFiles",
  "StartTask.overrides.ephemeralStorage",
  "StartTask.referenceId",
]

const services = [
  "CreateService.enableExecuteCommand",
  "CreateService.networkConfiguration.awsvpcConfiguration.assignPublicIp",
  "CreateService.networkConfiguration.awsvpcConfiguration.securityGroups",
  "UpdateService.enableExecuteCommand",
  "UpdateService.networkConfiguration.awsvpcConfiguration.assignPublicIp",
  "UpdateService.networkConfiguration.awsvpcConfiguration.securityGroups",
]

const agents = ["RegisterContainerInstance.instanceIdentityDocumentSignature", "SubmitTaskStateChange.managedAgents"]

/** As `implement` takes them: `Operation.member`, lists looked through. */
export const withoutEffect: readonly string[] = [
  ...clusters,
  ...settings,
  ...taskDefinitions,
  ...tasks,
  ...placed,
  ...services,
  ...agents,
]
