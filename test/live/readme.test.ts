// The first session of the README against a live `up`, as root. As an ordinary user the same lines are run by
// no-root.test.ts.
import { join } from "node:path"
import { after, test } from "node:test"
import { withEngine } from "../support/namespace.ts"
import { runReadmeSession } from "../support/readme-session.ts"
import { startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)

const roadstead = await startUp([
  ...["--port", "4566", "--data", join(engine.folder, "data"), "--ephemeral"],
  ...["--docker-host", `unix://${engine.socketPath}`],
])
after(async () => {
  await roadstead.stop()
})

test("the README's session runs as pasted, from the cluster to the reason why the task stopped", async () => {
  await runReadmeSession(roadstead, { home: engine.folder })
})
