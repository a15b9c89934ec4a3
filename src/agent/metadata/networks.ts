// The `Networks` and `Ports` of a container as metadata shows them. Pure.
import type { AcsNetworkInterface } from "../../protocol/index.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"

/** `172.31.0.0/20` for an address of the subnet with its mask, `172.31.5.1/20`. */
export const subnetOf = (address: string): string => {
  const [host = "", bits = "32"] = address.split("/")
  const value = host.split(".").reduce((all, octet) => all * 256 + Number(octet), 0)
  const size = 2 ** (32 - Number(bits))
  const base = Math.floor(value / size) * size
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256)
  return `${octets.join(".")}/${bits}`
}

/** Version 4 says more about an awsvpc network than 3 and 2 do. */
export const networksOf = (task: TaskSnapshot, container: ContainerSnapshot, version: 2 | 3 | 4): readonly object[] => {
  const mode = task.definition.networkMode ?? "bridge"
  const eni = task.definition.elasticNetworkInterfaces?.[0]
  if (mode === "awsvpc" && eni) return [awsvpc(eni, version)]
  // A container without an address shows an empty one.
  return [{ NetworkMode: mode, IPv4Addresses: container.addresses?.length ? container.addresses : [""] }]
}

const awsvpc = (eni: AcsNetworkInterface, version: 2 | 3 | 4): object => ({
  NetworkMode: "awsvpc",
  IPv4Addresses: eni.ipv4Addresses.map((a) => a.privateAddress),
  ...(version === 4 && {
    AttachmentIndex: eni.index ?? 0,
    MACAddress: eni.macAddress,
    IPv4SubnetCIDRBlock: subnetOf(eni.subnetGatewayIpv4Address),
    ...(eni.domainNameServers?.length && { DomainNameServers: eni.domainNameServers }),
    ...(eni.domainName?.length && { DomainNameSearchList: eni.domainName }),
    ...(eni.privateDnsName && { PrivateDNSName: eni.privateDnsName }),
    SubnetGatewayIpv4Address: eni.subnetGatewayIpv4Address,
  }),
})

/** Published ports, each address family on its own; only version 4 says which. Undefined for none. */
export const portsOf = (container: ContainerSnapshot, version: 2 | 3 | 4): readonly object[] | undefined => {
  const bindings = container.networkBindings ?? []
  if (bindings.length > 0)
    return bindings.map((b) => ({
      ContainerPort: b.containerPort,
      Protocol: b.protocol,
      HostPort: b.hostPort,
      ...(version === 4 && { HostIp: b.bindIP }),
    }))
  const mapped = (container.definition.portMappings ?? []).flatMap((p) =>
    p.containerPort === undefined ? [] : [{ ContainerPort: p.containerPort, Protocol: p.protocol ?? "tcp" }],
  )
  return mapped.length > 0 ? mapped : undefined
}
