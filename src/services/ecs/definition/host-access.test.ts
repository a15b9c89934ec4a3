// What of a definition needs --allow-host-access (DESIGN: host access is asked for), and what does not.
import assert from "node:assert/strict"
import { test } from "node:test"
import { bridge, container } from "../../../../test/support/definition-cases.ts"
import type { Definition } from "./definition.ts"
import { hostAccessOf } from "./host-access.ts"

const cases: readonly (readonly [string, Definition, string])[] = [
  ["privileged", bridge(container({ privileged: true })), "privileged of container 'app'"],
  ["the host's processes", { ...bridge(container()), pidMode: "host" }, "pidMode host"],
  ["the host's IPC", { ...bridge(container()), ipcMode: "host" }, "ipcMode host"],
  [
    "a device",
    bridge(container({ linuxParameters: { devices: [{ hostPath: "/dev/kvm" }] } })),
    "devices of container 'app'",
  ],
  [
    "a capability beyond Docker's own",
    bridge(container({ linuxParameters: { capabilities: { add: ["CHOWN", "SYS_ADMIN"] } } })),
    "capability SYS_ADMIN of container 'app'",
  ],
  [
    "an unconfined container",
    bridge(container({ dockerSecurityOptions: ["apparmor:unconfined"] })),
    "security option apparmor:unconfined of container 'app'",
  ],
  ...["/var/run/docker.sock", "/run/docker.sock", "/var//run/./docker.sock", "/var/x/../run/docker.sock"].map(
    (sourcePath) =>
      [
        `the socket as ${sourcePath}`,
        { ...bridge(container()), volumes: [{ name: "v", host: { sourcePath } }] },
        "Docker's socket in volume 'v'",
      ] as const,
  ),
  [
    "a Docker volume over a path of the machine",
    {
      ...bridge(container()),
      volumes: [{ name: "v", dockerVolumeConfiguration: { driverOpts: { type: "none", o: "bind", device: "/etc" } } }],
    },
    "the device of volume 'v'",
  ],
]
for (const [what, definition, found] of cases) {
  test(`${what} needs host access`, () => assert.deepEqual(hostAccessOf(definition), [found]))
}

test("an ordinary definition needs none", () => {
  const definition: Definition = {
    ...bridge(
      container({
        linuxParameters: { capabilities: { add: ["NET_RAW"], drop: ["ALL"] }, initProcessEnabled: true },
        dockerSecurityOptions: ["no-new-privileges"],
      }),
    ),
    pidMode: "task",
    ipcMode: "task",
    volumes: [
      { name: "v", host: { sourcePath: "/var/data" } },
      { name: "w", dockerVolumeConfiguration: {} },
    ],
  }
  assert.deepEqual(hostAccessOf(definition), [])
})
