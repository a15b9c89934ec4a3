// A stand-in for an agent's process in tests of the supervisor's side: it is ready at once, writes down how it was
// started, and lives as agents do, until its channel closes.
import { appendFileSync, readlinkSync } from "node:fs"

const file = process.env.FAKE_AGENT_FILE
if (file !== undefined) {
  const { pid } = process
  const namespace = readlinkSync("/proc/self/ns/net")
  appendFileSync(file, `${JSON.stringify({ pid, namespace, imageSource: process.env.ROADSTEAD_IMAGE_SOURCE })}\n`)
}
if (process.env.FAKE_AGENT_FAILS !== undefined) process.exit(7)
process.on("disconnect", () => process.exit(0))
process.on("SIGTERM", () => process.exit(0))
process.send?.({ type: "ready" })
