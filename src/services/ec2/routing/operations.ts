// The part of EC2's table about what leads out of a VPC.
import { changing, describing, type Part } from "../operation.ts"
import { DescribeRouteTables } from "./describe-route-tables.ts"
import {
  AttachInternetGateway,
  CreateInternetGateway,
  DeleteInternetGateway,
  DescribeInternetGateways,
  DetachInternetGateway,
} from "./internet-gateways.ts"

const gateway = (input: { readonly InternetGatewayId: string | undefined }) =>
  `internet-gateway/${input.InternetGatewayId}`

export const routingOperations = {
  AttachInternetGateway: changing("AttachInternetGateway", AttachInternetGateway, (input) => [
    gateway(input),
    `vpc/${input.VpcId}`,
  ]),
  CreateInternetGateway: changing("CreateInternetGateway", CreateInternetGateway, () => ["internet-gateway/*"]),
  DeleteInternetGateway: changing("DeleteInternetGateway", DeleteInternetGateway, (input) => [gateway(input)]),
  DescribeInternetGateways: describing("DescribeInternetGateways", DescribeInternetGateways),
  DescribeRouteTables: describing("DescribeRouteTables", DescribeRouteTables),
  DetachInternetGateway: changing("DetachInternetGateway", DetachInternetGateway, (input) => [
    gateway(input),
    `vpc/${input.VpcId}`,
  ]),
} satisfies Part
