// What live tests of load balancers begin with: an engine of the file's own, `up` on it, and who asks it. Ended after the
// file's tests.
import { join } from "node:path"
import { after } from "node:test"
import { nodeImage } from "../../src/machines/index.ts"
import { balancerUser } from "./live-balancers.ts"
import { engineWithImage, fargateUser, shell } from "./live-fargate.ts"
import { withEngine } from "./namespace.ts"
import { startUp } from "./up.ts"

/** `file` is the test's; `options` go to `up`; `programs` become images that Node runs, by their names. */
export const liveTraffic = async (
  file: string,
  { options = [], programs = {} }: { options?: readonly string[]; programs?: Readonly<Record<string, string>> } = {},
) => {
  const engine = await withEngine(file)
  const docker = await engineWithImage(engine.socketPath)
  for (const [name, program] of Object.entries(programs)) {
    await nodeImage(docker, { name, files: { "/app/main.mjs": program } })
  }
  const roadstead = await startUp([
    ...["--port", "4570", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
    ...["--log-format", "json", "--ephemeral", ...options],
  ])
  const user = fargateUser(roadstead.endpoint)
  const balancers = balancerUser(roadstead.endpoint, user.ec2)
  after(async () => {
    user.close()
    balancers.close()
    await roadstead.stop()
    docker.close()
  })
  return { engine, docker, roadstead, user, balancers }
}

/** A container that serves its words over HTTP on 8080. httpd does not end by SIGTERM as the first process. */
export const webServer = (words: string, name = "main") =>
  shell(name, `mkdir -p /www && echo ${words} > /www/index.html && exec httpd -f -p 8080 -h /www`, {
    stopTimeout: 2,
    portMappings: [{ containerPort: 8080 }],
  })
