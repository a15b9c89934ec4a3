// Ports and names against the network mode. Sources: test/support/definition-cases.ts.
import { awsvpc, bridge, container, refusesEach } from "../../../../../test/support/definition-cases.ts"

refusesEach([
  [
    "R",
    "a container port of 0",
    bridge(container({ portMappings: [{ containerPort: 0 }] })),
    "Invalid 'containerPort' setting for container 'app'.",
  ],
  [
    "R",
    "a container port over 65535",
    bridge(container({ portMappings: [{ containerPort: 65536 }] })),
    "Invalid 'containerPort' setting for container 'app'.",
  ],
  [
    "R",
    "another host port in awsvpc",
    awsvpc({ portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
    "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
  ],
  [
    "R",
    "another host port on the host",
    { ...bridge(container({ portMappings: [{ containerPort: 80, hostPort: 8080 }] })), networkMode: "host" },
    "When networkMode=host, the host ports and container ports in port mappings must match.",
  ],
  [
    "P",
    "a port and a range",
    bridge(container({ portMappings: [{ containerPort: 80, containerPortRange: "80-90" }] })),
    "Invalid setting for container 'app': cannot specify both single port and port range.",
  ],
  [
    "P",
    "a range that ends before it begins",
    bridge(container({ portMappings: [{ containerPortRange: "90-80" }] })),
    "Invalid 'containerPortRange' setting for container 'app'.",
  ],
  [
    "P",
    "ranges that overlap",
    bridge(container({ portMappings: [{ containerPortRange: "80-90" }, { containerPortRange: "90-95" }] })),
    "Invalid setting for container 'app': container port is used multiple times in task.",
  ],
  [
    "M",
    "one port for two protocols",
    bridge(container({ portMappings: [{ containerPort: 53 }, { containerPort: 53, protocol: "udp" }] })),
    "Invalid setting for container 'app': container port 53 is exposed for multiple protocols.",
  ],
  [
    "P",
    "a port name twice",
    bridge(
      container({
        portMappings: [
          { containerPort: 1, name: "p" },
          { containerPort: 2, name: "p" },
        ],
      }),
    ),
    "Invalid setting for container 'app': port mapping name is already used.",
  ],
  [
    "M",
    "half a port",
    bridge(container({ portMappings: [{ containerPort: 80.5 }] })),
    "Invalid 'containerPort' setting for container 'app'.",
  ],
  [
    "M",
    "a host port over 65535",
    bridge(container({ portMappings: [{ containerPort: 80, hostPort: 65536 }] })),
    "Invalid 'hostPort' setting for container 'app'.",
  ],
  [
    "M",
    "one host port for two containers",
    bridge(
      container({ portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
      container({ name: "b", portMappings: [{ containerPort: 81, hostPort: 8080 }] }),
    ),
    "Invalid setting for container 'b': host port is used multiple times in task.",
  ],
  [
    "M",
    "ports without a network",
    { ...bridge(container({ portMappings: [{ containerPort: 80 }] })), networkMode: "none" },
    "Port mappings are not supported when networkMode=none.",
  ],
  [
    "M",
    "a range on the host's network",
    { ...bridge(container({ portMappings: [{ containerPortRange: "80-90" }] })), networkMode: "host" },
    "Invalid 'containerPortRange' setting for container 'app'.",
  ],
  [
    "M",
    "101 ranges",
    bridge(
      container({
        portMappings: Array.from({ length: 101 }, (_, i) => ({
          containerPortRange: `${1000 + i * 10}-${1005 + i * 10}`,
        })),
      }),
    ),
    "The number of port ranges exceeds 100.",
  ],
  [
    "M",
    "a port name that begins with a dash",
    bridge(container({ portMappings: [{ containerPort: 80, name: "-a" }] })),
    "Invalid port mapping name '-a' for container 'app'.",
  ],
  [
    "M",
    "an application protocol that is none",
    bridge(container({ portMappings: [{ containerPort: 80, appProtocol: "gopher" as "http" }] })),
    "Invalid 'appProtocol' setting for container 'app'.",
  ],
  [
    "M",
    "a link to nobody",
    bridge(container({ links: ["db:d"] })),
    "Unknown container 'db' in links of container 'app'.",
  ],
  ["M", "a link of three parts", bridge(container({ links: ["a:b:c"] })), "Invalid link 'a:b:c' of container 'app'."],
  [
    "M",
    "links in a circle",
    bridge(container({ links: ["b"] }), container({ name: "b", links: ["app:a"] })),
    "A circular dependency between containers was found.",
  ],
  [
    "P",
    "links on the host's network",
    { ...bridge(container({ links: ["app"] })), networkMode: "host" },
    "Links are not supported when networkMode=host.",
  ],
  [
    "M",
    "an extra host without an address",
    bridge(container({ extraHosts: [{ hostname: "h", ipAddress: "" }] })),
    "Invalid 'extraHosts' setting for container 'app'.",
  ],
  [
    "M",
    "a search domain with a space",
    bridge(container({ dnsSearchDomains: ["a b"] })),
    "Invalid 'dnsSearchDomains' setting for container 'app'.",
  ],
  [
    "M",
    "search domains in awsvpc",
    awsvpc({ dnsSearchDomains: ["a"] }),
    "DNS search domains are not supported on container when networkMode=awsvpc.",
  ],
  ["P", "links in awsvpc", awsvpc({ links: ["db"] }), "Links are not supported when networkMode=awsvpc."],
  [
    "P",
    "a hostname in awsvpc",
    awsvpc({ hostname: "h" }),
    "hostname is not supported on container when networkMode=awsvpc.",
  ],
  [
    "P",
    "extra hosts in awsvpc",
    awsvpc({ extraHosts: [{ hostname: "h", ipAddress: "10.0.0.1" }] }),
    "Extra hosts are not supported on container when networkMode=awsvpc.",
  ],
  [
    "P",
    "DNS servers in awsvpc",
    awsvpc({ dnsServers: ["10.0.0.2"] }),
    "DNS servers are not supported on container when networkMode=awsvpc.",
  ],
  [
    "P",
    "disableNetworking in awsvpc",
    awsvpc({ disableNetworking: true }),
    "Disable Networking is not supported on container when networkMode=awsvpc.",
  ],
])
