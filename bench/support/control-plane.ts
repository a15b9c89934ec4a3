// A control plane with a journal on disk (/tmp may be memory) and no agent, as the process of a bench. Says its port
// over the channel.
import { mkdtempSync, rmSync } from "node:fs"
import { silentLog } from "../../src/kernel/index.ts"
import { startControlPlane } from "../../src/main/control-plane.ts"
import { random } from "../../src/main/random.ts"

const folder = mkdtempSync("/var/tmp/roadstead-bench-")
const controlPlane = await startControlPlane({
  config: {
    port: 0,
    host: "127.0.0.1",
    data: folder,
    ephemeral: true,
    engine: "simulated",
    agent: "auto",
    auth: "relaxed",
    account: "000000000000",
    region: "us-east-1",
    timeScale: 1,
    publicUrl: [],
    allowOrigin: [],
    allowHostAccess: false,
    insecurePlaintext: false,
    logLevel: "error",
    logFormat: "json",
  },
  folders: { data: folder, run: folder, owner: "bench" },
  engine: "simulated",
  log: silentLog,
  random,
  onFatal: (reason) => {
    console.error(reason)
    process.exit(1)
  },
})
process.send?.({ port: controlPlane.port })
process.on("disconnect", async () => {
  await controlPlane.close()
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
