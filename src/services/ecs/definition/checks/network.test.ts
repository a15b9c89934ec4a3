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
