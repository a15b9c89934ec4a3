// Who may import whom, checked by `npm run check`: the floors of ARCHITECTURE.md, no circles, rooms entered through
// their index.ts, IO only where IO lives. `import type` counts. A new room is one line in `floors`.

/** The rooms by floor, lowest first. A room imports from lower floors, and from its own only what `beside` names. */
const floors = [
  ["kernel"],
  ["model", "protocol", "docker"],
  ["policy", "scheduler", "wire", "state", "proxy", "console"],
  ["gate"],
  ["services", "fleet"],
  ["controllers", "registry", "agent", "machines"],
  ["main"],
]

/**
 * Rooms of processes that must survive the control plane's restart share no state code with it. From `wire` they get
 * only the client half (see `client-half`).
 */
const apart = {
  agent: ["kernel", "model", "protocol", "docker", "wire"],
  machines: ["kernel", "model", "protocol", "docker", "wire"],
  proxy: ["kernel", "model", "protocol", "wire"],
  console: ["kernel", "model"],
}

/** Rooms whose parts never import each other: they meet in state/, or through call(). */
const streets = ["services", "controllers"]

/** Where Node's IO modules may be imported: nowhere else is there anything to read, listen to or start. */
const io = "^node:(net|tls|http|https|http2|dgram|dns|fs|child_process|cluster|sqlite|worker_threads)(/|$)"
const doesIo = [
  "^src/main/",
  "^src/wire/(server|client)(/|\\.ts$)",
  "^src/state/(journal|bulk|sqlite)(/|\\.ts$)",
  "^src/fleet/(sessions|machine-channel|proxy-channel/server)(/|\\.ts$)",
  // Of the agent: its own store, what touches containers and cgroups, Docker's log files, the metadata listeners.
  "^src/agent/(checkpoint|driver|imds|logs|metadata|registry)(/|\\.ts$)",
  // Contracts are read from disk when their service is first asked for.
  "^src/model/load\\.ts$",
  "^src/(docker|machines|proxy)/",
]

const test = "\\.test\\.ts$"
const rooms = floors.flat()
const room = (names) => `^src/(${[names].flat().join("|")})/`

/** Up and sideways: for each room, every room that is neither below it nor itself. */
const downOnly = floors.flatMap((floor, height) =>
  floor.map((name) => {
    const allowed = apart[name] ?? floors.slice(0, height).flat()
    const forbidden = rooms.filter((other) => other !== name && !allowed.includes(other))
    return {
      name: `down-only-${name}`,
      comment: `${name}/ imports only from ${allowed.join(", ") || "itself"}`,
      severity: "error",
      from: { path: room(name), pathNot: test },
      to: { path: forbidden.length > 0 ? room(forbidden) : "^nothing$" },
    }
  }),
)

const siblings = streets.map((street) => ({
  name: `siblings-${street}`,
  comment: `Parts of ${street}/ never import each other: they meet in state/, or through call()`,
  severity: "error",
  from: { path: `^src/${street}/([^/]+)/`, pathNot: test },
  to: { path: `^src/${street}/[^/]+/`, pathNot: `^src/${street}/$1/` },
}))

module.exports = {
  forbidden: [
    ...downOnly,
    ...siblings,
    {
      name: "no-circles",
      comment: "Move what both need below both",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "front-door",
      comment:
        "A room is entered through its index.ts. Besides: the generated types of model/, the parts of main/'s streets, and process entries",
      severity: "error",
      from: { path: "^src/([^/]+)/", pathNot: test },
      to: {
        path: "^src/[^/]+/.",
        pathNot: [
          "^src/$1/",
          "^src/[^/]+/index\\.ts$",
          "^src/model/(operations\\.ts|types/)",
          "^src/(services|controllers)/[^/]+/index\\.ts$",
          "^src/wire/client(/index)?\\.ts$",
        ],
      },
    },
    {
      name: "client-half",
      comment: "Agent, machines and proxy get only the client half of wire/",
      severity: "error",
      from: { path: room(["agent", "machines", "proxy"]), pathNot: test },
      to: { path: "^src/wire/", pathNot: "^src/wire/client(/|\\.ts$)" },
    },
    {
      name: "io-has-its-places",
      comment:
        "Files, sockets, processes and threads are handed in as ports; the rooms that own one are listed in doesIo",
      severity: "error",
      from: { path: "^src/", pathNot: [...doesIo, test] },
      to: { path: io.replace("node:", "(node:)?"), dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-sdk-at-run-time",
      comment: "The SDK packages give types to model/ and drive the tests; the program does not load them",
      severity: "error",
      from: { path: "^src/", pathNot: test },
      to: { path: "node_modules/@aws-sdk/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "tests-stay-outside",
      comment: "The program does not import test code",
      severity: "error",
      from: { path: "^src/", pathNot: test },
      to: { path: ["^test/", test] },
    },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    tsConfig: { fileName: "tsconfig.json" },
    // Sees `import type` too: a circle of types is a circle of thoughts.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
}
