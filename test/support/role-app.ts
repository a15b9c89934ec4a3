// A program for a container that uses the AWS SDK as any program does: it is told nothing, finds its credentials by the
// default chain, and prints what came of each call. Bundled, it is all that an image needs besides Node.
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const source = `
import { ECSClient, ListClustersCommand } from "@aws-sdk/client-ecs"
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts"

const say = (name, value) => console.log(name + " " + JSON.stringify(value))
const call = async (name, work) => {
  try {
    say(name, await work())
  } catch (error) {
    say(name, { error: error.name, message: error.message })
  }
}
await call("identity", async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn)
await call("clusters", async () => (await new ECSClient({}).send(new ListClustersCommand({}))).clusterArns.length)
const stranger = { credentials: { accessKeyId: "000000000000", secretAccessKey: "test" }, maxAttempts: 1 }
await call("stranger", async () => (await new ECSClient(stranger).send(new ListClustersCommand({}))).clusterArns)
await call("keys", async () => {
  const response = await fetch("http://169.254.170.2" + process.env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
  return response.json()
})
await call("other", async () => {
  const response = await fetch("http://169.254.170.2/v2/credentials/00000000-0000-4000-8000-000000000000")
  return { status: response.status, ...(await response.json()) }
})
console.log("done")
setInterval(() => {}, 1000)
process.on("SIGTERM", () => process.exit(0))
`

/** The program as one file for Node. */
export const roleApp = async (): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "js" },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url)' },
  })
  return outputFiles[0]?.text ?? ""
}
