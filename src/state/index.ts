// The hub: records, tables, transactions, watches and the stores behind them.

export { accountOfKey, isOurToken, newAccessKey, newSessionToken, newUniqueId } from "./access-key.ts"
export { type AwsManagedPolicy, awsManagedPolicies, managedPolicyDocument } from "./aws-managed-policies/index.ts"
export { BlobGap, BlobMismatch, type BlobSource, type BlobStore } from "./blobs.ts"
export { type BlobStoreOptions, openBlobStore } from "./bulk/blobs.ts"
export { memoryBulkStore } from "./bulk/memory.ts"
export {
  type MetricPoint,
  type MetricPoints,
  type MetricSeries,
  type MetricSet,
  metricPoints,
} from "./bulk/metric-points.ts"
export { type SqliteBulkOptions, sqliteBulkStore } from "./bulk/sqlite.ts"
export type { BulkItem, BulkRange, BulkRefusal, BulkSize, BulkSpan, BulkStore } from "./bulk.ts"
export { BulkFull } from "./bulk.ts"
export { openCertificateKey, sealCertificateKey } from "./certificate-key.ts"
export {
  type DefaultVpc,
  defaultVpcId,
  defaultVpcRows,
  ensureDefaultVpc,
  forgoDefaultVpc,
  makeDefaultVpc,
} from "./default-vpc.ts"
export { type EcsImage, ecsImages } from "./ecs-images.ts"
export { balancersBehind, carriedListeners, endpointListenerId } from "./endpoint-listeners.ts"
export { type EndpointName, endpointNames } from "./endpoint-names.ts"
export { hostedZoneOf } from "./hosted-zones.ts"
export { type ShownInstanceHealth, shownInstanceHealth } from "./instance-health.ts"
export { mostInterfaces } from "./interface-limits.ts"
export { type Cidr, cidrHolds, cidrsOverlap, formatAddress, formatCidr, parseAddress, parseCidr } from "./ipv4.ts"
export { DataFolderCorrupt, DataFolderInUse, DataFolderTooNew } from "./journal/errors.ts"
export type { Appended, Batch, Journal, Opened, RowKey, StoredRow } from "./journal/journal.ts"
export { type MemoryDisk, memoryDisk, memoryJournal } from "./journal/memory.ts"
export { type SqliteJournalOptions, sqliteJournal } from "./journal/sqlite.ts"
export { dropMachine, makeMachine, type NewMachine, wantNetwork, wishAgain } from "./machine-records.ts"
export {
  allocateAddress,
  capacityOf,
  defaultSecurityGroupOf,
  freeAddresses,
  hasDnsHostnames,
  hasDnsSupport,
  interfaceRow,
  isKept,
  macAddressOf,
  type NewInterface,
  privateDnsNameOf,
  shownDnsName,
  subnetOf,
} from "./network-interfaces.ts"
export { memoryStore, memoryStoreOf, openStore, type StoreOptions } from "./open-store.ts"
export { type Region, regions, type Zone, zonesOf } from "./regions.ts"
export { type State, schema, type TableName, type Tx, type View } from "./schema.ts"
export type { Frozen, TaskDefinitionBody, TaskOverrides } from "./shapes.ts"
export { defineTable, type Page, type ReadTable, type Row, type TableSpec, type WriteTable } from "./table.ts"
export type { AccessKeyRow, KeyPrincipal, RoleSessionPrincipal, SessionLimits } from "./tables/access-keys.ts"
export type { AccountSettingRow } from "./tables/account-settings.ts"
export type { CarriedBalancerRow, CarriedShare, CarriedWay } from "./tables/carried-balancers.ts"
export { type CertificateRow, certificateIdentity } from "./tables/certificates.ts"
export {
  type ClassicHealthCheck,
  type ClassicListener,
  type ClassicLoadBalancerRow,
  type ClassicPolicy,
  classicKey,
} from "./tables/classic-load-balancers.ts"
export type { ClusterRow } from "./tables/clusters.ts"
export type { ContainerInstanceRow, InstanceHealthRow, InstanceResource } from "./tables/container-instances.ts"
export type { DhcpOptionsRow, NetworkInterfaceRow, SubnetRow, VpcRow } from "./tables/ec2.ts"
export type { AddressRow, InternetGatewayRow, NatGatewayRow, Route, RouteTableRow } from "./tables/ec2-routing.ts"
export type { NetworkAclEntry, NetworkAclRow, SecurityGroupRow, SecurityGroupRule } from "./tables/ec2-security.ts"
export type {
  EcrImageRow,
  EcrLayerRow,
  EcrPreview,
  EcrRegistryRow,
  EcrRepositoryRow,
  EcrUploadRow,
} from "./tables/ecr.ts"
export {
  type IamGroupRow,
  type IamIdentity,
  type IamInstanceProfileRow,
  type IamRoleRow,
  type IamTag,
  type IamThing,
  type IamUserRow,
  type InlinePolicy,
  iamKey,
} from "./tables/iam.ts"
export type { IamAccountRow, IamPolicyRow, IamUseRow, PolicyVersion, RoleDeletion } from "./tables/iam-policies.ts"
export {
  defaultMetadataOptions,
  type InstanceRow,
  type LaunchTemplateRow,
  type LaunchTemplateVersion,
  type StateReason,
} from "./tables/instances.ts"
export {
  type ListenerRow,
  type ListenerRuleRow,
  type LoadBalancerRow,
  type LoadBalancerStatus,
  type LoadBalancerZone,
  targetGroupsOf,
} from "./tables/load-balancers.ts"
export type { LogGroupRow, LogResourcePolicyRow, LogStreamRow, MetricFilter } from "./tables/logs.ts"
export type { InstanceRoleSession, MachineRow, NetworkRow } from "./tables/machines.ts"
export type { OutboxRow, SettingRow } from "./tables/outbox.ts"
export {
  type ParameterRow,
  type ParameterVersionRow,
  parameterKey,
  parameterVersionIdentity,
  parameterVersionKey,
} from "./tables/parameters.ts"
export type { SandboxPoolRow, SandboxRow } from "./tables/sandboxes.ts"
export { type SecretRotation, type SecretRow, type SecretVersionRow, secretVersionIdentity } from "./tables/secrets.ts"
export {
  type DeploymentRow,
  type LifecycleHook,
  type ServiceDeploymentStatus,
  type ServiceEventRow,
  type ServiceRevisionRow,
  type ServiceRow,
  type ShiftStage,
  serviceEventKey,
  type TrafficShift,
} from "./tables/services.ts"
export {
  type TargetGroupHealthCheck,
  type TargetGroupRow,
  type TargetHealthRow,
  type TargetRow,
  targetKey,
} from "./tables/target-groups.ts"
export type { TaskCredentialsRow } from "./tables/task-credentials.ts"
export type { FamilyRow, TaskDefinitionRow } from "./tables/task-definitions.ts"
export type { TaskSetRow } from "./tables/task-sets.ts"
export {
  type HealthStatus,
  type ObservedContainer,
  type ObservedTask,
  type RunTaskTokenRow,
  type StopCode,
  stoppedTaskLifetime,
  type TaskAttachment,
  type TaskBalancer,
  type TaskContainer,
  type TaskRow,
  type TaskStatus,
  type TaskStep,
  type TaskTarget,
  taskStatuses,
  taskTargetKey,
} from "./tables/tasks.ts"
export type { VpcEndpointRow, VpcEndpointServiceRow } from "./tables/vpc-endpoints.ts"
export { loadBalancersOf, notRegistered, type ShownTargetHealth, shownTargetHealth } from "./target-health.ts"
export {
  dropTaskSessions,
  makeTaskSession,
  renewTaskSession,
  type SessionMeans,
  taskSessionLifetime,
} from "./task-sessions.ts"
export type { Trail } from "./trail.ts"
export type { Change, Commit, Position, Schema, Store, TxOf, ViewOf, WatchMoment } from "./types.ts"
export { defaultDhcpOptions, subnetRow, type VpcCompanions, vpcCompanions } from "./vpc-records.ts"
export { closedSubnets, hasWayOut, isActiveRoute, routeTableOf } from "./way-out.ts"
