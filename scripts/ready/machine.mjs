// Makes sure that the machine has what a command of the checkout needs: an engine, and the tools of the tests.
// On Debian and Ubuntu as root the packages are installed, saying so; elsewhere it says what to do. Runs on Node 20.
// The published command never comes through here: it installs nothing.
import { spawnSync } from "node:child_process"
import { accessSync, constants, existsSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { homedir } from "node:os"

const root = process.getuid?.() === 0

/** What can be needed: how to see that it is there, and the Debian packages that bring it. */
const needs = {
  engine: {
    there: async () => (root && onPath("dockerd")) || (await engineAnswers()),
    packages: ["docker.io", "iptables"],
  },
  daemon: { there: () => onPath("dockerd"), packages: ["docker.io", "iptables"] },
  network: {
    there: () => onPath("ip") && onPath("iptables") && onPath("nsenter"),
    packages: ["iproute2", "iptables", "util-linux"],
  },
  busybox: { there: () => onPath("busybox") && isStatic("busybox"), packages: ["busybox-static"] },
  aws: { there: isAwsCli2, packages: ["awscli"] },
  root: { there: () => root, packages: [] },
  curl: { there: () => onPath("curl"), packages: ["curl"] },
}

/** Installs what is missing of `names`, or throws with exit code 3 when there is no engine and it may not. */
export async function readyMachine(names, args = []) {
  if (
    process.env.ROADSTEAD_NO_ENGINE === "1" ||
    args.includes("--engine=simulated") ||
    follows(args, "--engine", "simulated")
  )
    return
  const missing = []
  for (const name of names) if (!(await needs[name].there())) missing.push(name)
  if (missing.length === 0) return
  const packages = [...new Set(missing.flatMap((name) => needs[name].packages))]
  // Where the kernel enforces AppArmor, Docker cannot start a container without its parser.
  if (missing.includes("engine") && appArmorIsOn() && !onPath("apparmor_parser")) packages.push("apparmor")
  if (root && onPath("apt-get")) return install(packages)
  // Of tests that are named one by one, those that need more say so themselves.
  const isNamed = args.some((arg, i) => !arg.startsWith("-") && !args[i - 1]?.startsWith("--"))
  if (!missing.includes("engine") && isNamed) return
  throw missing.includes("engine") ? withoutEngine() : withoutRest(missing, packages)
}

function withoutRest(missing, packages) {
  const error = new Error(
    [
      `This machine lacks what the live tests need: ${missing.join(", ")}. Only root on Debian or Ubuntu can have it installed from here.`,
      ...(packages.length > 0 ? [`  - sudo apt-get install ${packages.join(" ")}`] : []),
      ...(missing.includes("root")
        ? ["  - run this command as root: live tests make network namespaces and engines"]
        : []),
      "  - all other tests: ROADSTEAD_NO_ENGINE=1 npm test",
    ].join("\n"),
  )
  error.exitCode = 3
  return error
}

function withoutEngine() {
  const error = new Error(
    [
      "No Docker engine answers on this machine, and only root on Debian or Ubuntu can have one installed from here.",
      "Do one of these and try again:",
      "  - install and start Docker Engine: https://docs.docker.com/engine/install/",
      "  - if it runs already: let this user reach its socket (sudo usermod -aG docker $USER), or set DOCKER_HOST",
      "  - run this command as root",
      "  - without any containers: npm start -- --engine simulated",
    ].join("\n"),
  )
  error.exitCode = 3
  return error
}

function install(packages) {
  process.stderr.write(`This machine lacks ${packages.join(", ")}: installing with apt-get\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  const apt = (...args) => spawnSync("apt-get", args, { env, stdio: ["ignore", 2, 2] }).status === 0
  const wanted = ["install", "-y", "-q", "--no-install-recommends", ...packages]
  if (apt("update", "-q") && apt(...wanted)) return
  const error = new Error(`apt-get could not install ${packages.join(" ")}: the lines above say why.`)
  error.exitCode = 3
  throw error
}

/** Whether something takes connections where `roadstead up` will look for the engine. */
async function engineAnswers() {
  const { DOCKER_HOST: host, XDG_RUNTIME_DIR: runtime } = process.env
  if (host) return answers(host.startsWith("unix://") ? { path: host.slice("unix://".length) } : tcpTarget(host))
  const paths = ["/var/run/docker.sock", `${homedir()}/.docker/run/docker.sock`]
  if (runtime) paths.push(`${runtime}/docker.sock`)
  for (const path of paths) if (await answers({ path })) return true
  return false
}

function answers(target) {
  if (!target) return false
  return new Promise((resolve) => {
    const socket = connect(target)
    const end = (answer) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(3000, () => end(false))
    socket.once("connect", () => end(true))
    socket.once("error", () => end(false))
  })
}

function tcpTarget(host) {
  try {
    const url = new URL(host)
    return { host: url.hostname, port: Number(url.port) || 2375 }
  } catch {
    return undefined
  }
}

function find(program) {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"]
  return folders.map((folder) => `${folder}/${program}`).find(executable)
}

const onPath = (program) => find(program) !== undefined

function executable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A static ELF file names no interpreter: the tests put busybox into images that hold nothing else. */
const isStatic = (program) => !readFileSync(find(program)).subarray(0, 4096).includes("/ld-")

/** Version 1 may stand before it on the PATH, and lacks commands that the tests use. */
function isAwsCli2() {
  return [find("aws"), "/usr/bin/aws"].some((file) => {
    const { stdout } = spawnSync(file ?? "aws", ["--version"], { encoding: "utf8" })
    return stdout?.startsWith("aws-cli/2")
  })
}

const appArmorIsOn = () => {
  const file = "/sys/module/apparmor/parameters/enabled"
  return existsSync(file) && readFileSync(file, "utf8").startsWith("Y")
}

const follows = (args, option, value) => args[args.indexOf(option) + 1] === value && args.includes(option)
