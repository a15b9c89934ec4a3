// nginx and HAProxy, for comparison: Debian's packages, installed when they are missing and who runs the bench is root.
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { processorSeconds, residentMemory } from "../../test/support/processor-time.ts"
import type { Server } from "./server.ts"

const has = (program: string) => spawnSync(program, ["-v"], { stdio: "ignore" }).error === undefined

/** What could be started, by name; what could not is said. */
export const startOtherProxies = async (target: number): Promise<ReadonlyMap<string, Server>> => {
  install()
  const started = new Map<string, Server>()
  for (const [program, make] of [
    ["nginx", nginx],
    ["haproxy", haproxy],
  ] as const) {
    if (has(program)) started.set(program, await start(program, make, target))
    else console.log(`${program} is not on this machine: no comparison with it`)
  }
  return started
}

/** RUNLEVEL keeps Debian from starting them as services. */
const install = (): void => {
  if ((has("nginx") && has("haproxy")) || process.getuid?.() !== 0) return
  try {
    const env = { ...process.env, RUNLEVEL: "1", DEBIAN_FRONTEND: "noninteractive" }
    execFileSync("apt-get", ["update"], { env, stdio: "ignore", timeout: 60_000 })
    const packages = ["nginx-light", "haproxy"]
    execFileSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], { env, stdio: "ignore" })
  } catch {
    console.log("nginx and HAProxy could not be installed")
  }
}

interface Made {
  readonly file: string
  readonly args: readonly string[]
}

const start = async (
  program: string,
  make: (folder: string, port: number, target: number) => Made,
  target: number,
): Promise<Server> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"))
  const port = await freePort()
  const { file, args } = make(folder, port, target)
  writeFileSync(join(folder, "conf"), file)
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] })
  while (!(await answers(port))) if (child.exitCode !== null) throw new Error(`${program} ended`)
  return {
    port,
    processorSeconds: () => processorSeconds(child.pid ?? 0),
    memory: () => residentMemory(child.pid ?? 0),
    stop: async () => {
      child.kill()
      await once(child, "exit")
      rmSync(folder, { recursive: true })
    },
  }
}

/** One process each, as ours is. */
const nginx = (folder: string, port: number, target: number): Made => ({
  file: `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  keepalive_requests 10000000;
  upstream target { server 127.0.0.1:${target}; keepalive 256; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://target; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header Host $host; }
  }
}`,
  args: ["-c", join(folder, "conf")],
})

const haproxy = (folder: string, port: number, target: number): Made => ({
  file: `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  option forwardfor
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  http-reuse always
  server target 127.0.0.1:${target}
`,
  args: ["-db", "-f", join(folder, "conf")],
})

const freePort = async (): Promise<number> => {
  const server = createServer()
  await once(server.listen(0, "127.0.0.1"), "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}

const answers = async (port: number): Promise<boolean> => {
  const socket = connect(port, "127.0.0.1")
  try {
    await once(socket, "connect")
    return true
  } catch {
    // Not yet.
    return false
  } finally {
    socket.destroy()
  }
}
