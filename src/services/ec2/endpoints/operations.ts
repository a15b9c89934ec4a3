// The part of EC2's table about PrivateLink: endpoint services and interface endpoints.
import { changing, describing, type Part } from "../operation.ts"
import { CreateVpcEndpoint, DeleteVpcEndpoints, ModifyVpcEndpoint } from "./change-endpoints.ts"
import {
  AcceptVpcEndpointConnections,
  DescribeVpcEndpointConnections,
  RejectVpcEndpointConnections,
} from "./connections.ts"
import { DescribeVpcEndpoints } from "./describe-endpoints.ts"
import {
  DescribeVpcEndpointServicePermissions,
  DescribeVpcEndpointServices,
  ModifyVpcEndpointServicePermissions,
} from "./offers.ts"
import {
  CreateVpcEndpointServiceConfiguration,
  DeleteVpcEndpointServiceConfigurations,
  DescribeVpcEndpointServiceConfigurations,
  ModifyVpcEndpointServiceConfiguration,
} from "./services.ts"

const service = ({ ServiceId }: { readonly ServiceId: string | undefined }) => [`vpc-endpoint-service/${ServiceId}`]

export const endpointOperations = {
  AcceptVpcEndpointConnections: changing("AcceptVpcEndpointConnections", AcceptVpcEndpointConnections, service),
  CreateVpcEndpoint: changing("CreateVpcEndpoint", CreateVpcEndpoint, (input) => [
    `vpc/${input.VpcId}`,
    "vpc-endpoint/*",
    ...(input.SubnetIds ?? []).map((id) => `subnet/${id}`),
    ...(input.SecurityGroupIds ?? []).map((id) => `security-group/${id}`),
  ]),
  CreateVpcEndpointServiceConfiguration: changing(
    "CreateVpcEndpointServiceConfiguration",
    CreateVpcEndpointServiceConfiguration,
    () => ["vpc-endpoint-service/*"],
  ),
  DeleteVpcEndpointServiceConfigurations: changing(
    "DeleteVpcEndpointServiceConfigurations",
    DeleteVpcEndpointServiceConfigurations,
    (input) => (input.ServiceIds ?? []).map((id) => `vpc-endpoint-service/${id}`),
  ),
  DeleteVpcEndpoints: changing("DeleteVpcEndpoints", DeleteVpcEndpoints, (input) =>
    (input.VpcEndpointIds ?? []).map((id) => `vpc-endpoint/${id}`),
  ),
  DescribeVpcEndpointConnections: describing("DescribeVpcEndpointConnections", DescribeVpcEndpointConnections),
  DescribeVpcEndpointServiceConfigurations: describing(
    "DescribeVpcEndpointServiceConfigurations",
    DescribeVpcEndpointServiceConfigurations,
  ),
  DescribeVpcEndpointServicePermissions: describing(
    "DescribeVpcEndpointServicePermissions",
    DescribeVpcEndpointServicePermissions,
  ),
  DescribeVpcEndpointServices: describing("DescribeVpcEndpointServices", DescribeVpcEndpointServices),
  DescribeVpcEndpoints: describing("DescribeVpcEndpoints", DescribeVpcEndpoints),
  ModifyVpcEndpoint: changing("ModifyVpcEndpoint", ModifyVpcEndpoint, (input) => [
    `vpc-endpoint/${input.VpcEndpointId}`,
    ...(input.AddSubnetIds ?? []).map((id) => `subnet/${id}`),
    ...(input.AddSecurityGroupIds ?? []).map((id) => `security-group/${id}`),
  ]),
  ModifyVpcEndpointServiceConfiguration: changing(
    "ModifyVpcEndpointServiceConfiguration",
    ModifyVpcEndpointServiceConfiguration,
    service,
  ),
  ModifyVpcEndpointServicePermissions: changing(
    "ModifyVpcEndpointServicePermissions",
    ModifyVpcEndpointServicePermissions,
    service,
  ),
  RejectVpcEndpointConnections: changing("RejectVpcEndpointConnections", RejectVpcEndpointConnections, service),
} satisfies Part
