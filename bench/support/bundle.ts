// The control plane as it is shipped: bundled, and asked from the first moment.
import { execFileSync } from "node:child_process"
import { cpSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type LoneControlPlane, startLoneControlPlane } from "../../test/support/lone-control-plane.ts"
import { signedRequest } from "./aws-request.ts"
import { ask } from "./load.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Bundles the program as in a package; answers the folder of the bundles. */
export const bundle = (folder: string): string => {
  const dist = join(folder, "dist")
  execFileSync(process.execPath, [join(root, "scripts/build.ts"), dist], { stdio: ["ignore", "ignore", "inherit"] })
  cpSync(join(root, "package.json"), join(folder, "package.json"))
  return dist
}

/** A control plane that has answered. */
export interface Started extends LoneControlPlane {
  /** Seconds from the start of its process to the answer of the first request. */
  readonly seconds: number
  readonly answer: Record<string, unknown>
}

/** Starts the control plane of the bundle in `dist` on the data folder `data`, and asks it one signed request of ECS. */
export const startBundle = async (dist: string, data: string, operation: string, input: object): Promise<Started> => {
  const began = performance.now()
  const started = await startLoneControlPlane(data, join(dist, "control-plane-process.js"))
  const request = signedRequest({
    port: started.port,
    service: "ecs",
    region: "us-east-1",
    target: `AmazonEC2ContainerServiceV20141113.${operation}`,
    input,
    accessKeyId: "000000000000",
    secretAccessKey: "bench",
    now: new Date(),
  })
  const answer = await ask(started.port, request)
  return { ...started, answer, seconds: (performance.now() - began) / 1000 }
}
