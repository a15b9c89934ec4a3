// The supervisor's end of the machine channel: a unix socket on which the control plane says its wishes and hears every
// fact, as lines of JSON. What is done about a wish is decided elsewhere.
import { rmSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { type Log, lineReader } from "../kernel/index.ts"
import type {
  FromSupervisor,
  InstanceWish,
  MachineWish,
  NameWish,
  NetworkWish,
  ToSupervisor,
} from "../protocol/index.ts"
import { checkSocketPath } from "./daemon/daemon.ts"

/** No line of either side is longer, also with thousands of instances; a peer that sends one is not ours. */
export const longestLine = 16 * 1024 * 1024

export interface MachineChannel {
  /** Says a fact to the control plane, if it is there. */
  say(fact: FromSupervisor): void
  close(): Promise<void>
}

export interface ChannelOptions {
  readonly socketPath: string
  /** All facts, said to every control plane that connects. */
  readonly facts: () => Iterable<FromSupervisor>
  readonly heard: (message: ToSupervisor) => void
  readonly log: Log
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null
const isText = (value: unknown): value is string => typeof value === "string" && value !== ""

const isInstance = (value: unknown): value is InstanceWish => {
  if (!isObject(value)) return false
  const { id, network, cidr, gateway, address, macAddress, vcpus, memoryMiB, settings } = value as Partial<InstanceWish>
  return (
    [id, network, cidr, gateway, address, macAddress].every(isText) &&
    [vcpus, memoryMiB].every((size) => typeof size === "number" && size > 0) &&
    isObject(settings)
  )
}

const isMachine = (value: unknown): value is MachineWish => {
  if (!isObject(value)) return false
  const { id, place, desired, generation, agent, instance } = value as Partial<MachineWish>
  return (
    isText(id) &&
    (place === "shared" || place === "apart" || (place === "instance" && isInstance(instance))) &&
    (desired === "up" || desired === "stopped" || desired === "gone") &&
    typeof generation === "number" &&
    isObject(agent)
  )
}

const isNetwork = (value: unknown): value is NetworkWish => {
  if (!isObject(value)) return false
  const { key, vpcId, cidr, gateway, machineId, desired, generation } = value as Partial<NetworkWish>
  return (
    [key, vpcId, cidr, gateway, machineId].every(isText) &&
    (desired === "up" || desired === "gone") &&
    typeof generation === "number"
  )
}

const isName = (value: unknown): value is NameWish => {
  if (!isObject(value)) return false
  const { network, name, address } = value as Partial<NameWish>
  return isText(network) && isText(name) && isText(address)
}

/** The message in a line; undefined when it is none of the protocol. */
export const parseWish = (line: string): ToSupervisor | undefined => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  const message = value as { type?: unknown; machines?: unknown; networks?: unknown; names?: unknown }
  const { type, machines, networks, names } = message
  if (type === "wishes" && Array.isArray(machines) && Array.isArray(networks)) {
    return machines.every(isMachine) && networks.every(isNetwork) ? { type, machines, networks } : undefined
  }
  return type === "names" && Array.isArray(names) && names.every(isName) ? { type, names } : undefined
}

/**
 * Listens on a unix socket in the (0700) run folder. A control plane that connects takes the place of the one before.
 * Rejects when the socket cannot be made.
 */
export const serveMachines = (options: ChannelOptions): Promise<MachineChannel> => {
  const path = checkSocketPath(options.socketPath)
  let current: Socket | undefined
  const write = (socket: Socket, fact: FromSupervisor) => socket.write(`${JSON.stringify(fact)}\n`)
  const server = createServer((socket) => {
    current?.destroy()
    current = socket
    socket.on("error", (error) => options.log.debug("the machine channel broke", { error: error.message }))
    socket.on("close", () => {
      if (current === socket) current = undefined
    })
    for (const fact of options.facts()) write(socket, fact)
    const line = (text: string) => {
      const message = parseWish(text)
      if (message) options.heard(message)
      else options.log.error("the control plane said something that is no wish", { length: text.length })
    }
    const tooLong = () => {
      options.log.error("a line on the machine channel is too long", { limit: longestLine })
      socket.destroy()
    }
    socket.on("data", lineReader({ line, limit: longestLine, tooLong }))
  })
  return new Promise((resolve, reject) => {
    // There is one supervisor per data folder, so a socket file that is there was left by one that was killed.
    rmSync(path, { force: true })
    server.once("error", reject)
    server.listen(path, () =>
      resolve({
        say: (fact) => void (current && write(current, fact)),
        close: () =>
          new Promise((closed) => {
            current?.destroy()
            server.close(() => closed())
          }),
      }),
    )
  })
}
