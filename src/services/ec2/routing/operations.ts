// The part of EC2's table about what leads out of a VPC.
import { changing, describing, type Part } from "../operation.ts"
import { AssociateAddress, DisassociateAddress, ReleaseAddress } from "./address-associations.ts"
import { AllocateAddress, DescribeAddresses, DescribeAddressesAttribute } from "./addresses.ts"
import {
  AssociateRouteTable,
  CreateRouteTable,
  DeleteRouteTable,
  DisassociateRouteTable,
  ReplaceRouteTableAssociation,
} from "./change-route-tables.ts"
import { DescribeRouteTables } from "./describe-route-tables.ts"
import {
  AttachInternetGateway,
  CreateInternetGateway,
  DeleteInternetGateway,
  DescribeInternetGateways,
  DetachInternetGateway,
} from "./internet-gateways.ts"
import { CreateNatGateway, DeleteNatGateway, DescribeNatGateways } from "./nat-gateways.ts"
import { CreateRoute, DeleteRoute, ReplaceRoute } from "./routes.ts"

type Id = "AllocationId" | "InternetGatewayId" | "RouteTableId" | "SubnetId" | "VpcId"
type Ids = Readonly<Partial<Record<Id, string | undefined>>>

const gateway = (input: Ids) => [`internet-gateway/${input.InternetGatewayId}`]
const gatewayAndVpc = (input: Ids) => [...gateway(input), `vpc/${input.VpcId}`]
const table = (input: Ids) => [`route-table/${input.RouteTableId}`]
const address = (input: Ids) => [`elastic-ip/${input.AllocationId ?? "*"}`]

const routeTables = {
  AssociateRouteTable: changing("AssociateRouteTable", AssociateRouteTable, (input) => [
    ...table(input),
    `subnet/${input.SubnetId ?? "*"}`,
  ]),
  CreateRoute: changing("CreateRoute", CreateRoute, table),
  CreateRouteTable: changing("CreateRouteTable", CreateRouteTable, (input) => ["route-table/*", `vpc/${input.VpcId}`]),
  DeleteRoute: changing("DeleteRoute", DeleteRoute, table),
  DeleteRouteTable: changing("DeleteRouteTable", DeleteRouteTable, table),
  DescribeRouteTables: describing("DescribeRouteTables", DescribeRouteTables),
  DisassociateRouteTable: changing("DisassociateRouteTable", DisassociateRouteTable, () => ["route-table/*"]),
  ReplaceRoute: changing("ReplaceRoute", ReplaceRoute, table),
  ReplaceRouteTableAssociation: changing("ReplaceRouteTableAssociation", ReplaceRouteTableAssociation, table),
} satisfies Part

export const routingOperations = {
  ...routeTables,
  AllocateAddress: changing("AllocateAddress", AllocateAddress, () => ["elastic-ip/*"]),
  AssociateAddress: changing("AssociateAddress", AssociateAddress, (input) => [
    ...address(input),
    `network-interface/${input.NetworkInterfaceId ?? "*"}`,
  ]),
  AttachInternetGateway: changing("AttachInternetGateway", AttachInternetGateway, gatewayAndVpc),
  CreateInternetGateway: changing("CreateInternetGateway", CreateInternetGateway, () => ["internet-gateway/*"]),
  CreateNatGateway: changing("CreateNatGateway", CreateNatGateway, (input) => [
    "natgateway/*",
    `subnet/${input.SubnetId}`,
    ...(input.AllocationId === undefined ? [] : address(input)),
  ]),
  DeleteInternetGateway: changing("DeleteInternetGateway", DeleteInternetGateway, gateway),
  DeleteNatGateway: changing("DeleteNatGateway", DeleteNatGateway, (input) => [`natgateway/${input.NatGatewayId}`]),
  DescribeAddresses: describing("DescribeAddresses", DescribeAddresses),
  DescribeAddressesAttribute: describing("DescribeAddressesAttribute", DescribeAddressesAttribute),
  DescribeInternetGateways: describing("DescribeInternetGateways", DescribeInternetGateways),
  DescribeNatGateways: describing("DescribeNatGateways", DescribeNatGateways),
  DetachInternetGateway: changing("DetachInternetGateway", DetachInternetGateway, gatewayAndVpc),
  DisassociateAddress: changing("DisassociateAddress", DisassociateAddress, () => ["elastic-ip/*"]),
  ReleaseAddress: changing("ReleaseAddress", ReleaseAddress, address),
} satisfies Part
