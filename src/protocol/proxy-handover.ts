// How a connection is handed to a proxy from another process of this machine: over the proxy's own unix socket, with one
// line of JSON in front of what the client says. So come requests from the port of the APIs, and connections to this
// machine's loopback for a proxy that is in another network namespace.
import { join } from "node:path"

/** The socket on which the proxy of a machine takes connections over, in the (0700) run folder. */
export const handoverSocket = (runFolder: string, machineId: string): string => join(runFolder, `p-${machineId}.sock`)

/** The socket on which the proxy that has this machine's loopback opens ports of it for the others. */
export const doorsSocket = (runFolder: string): string => join(runFolder, "doors.sock")

/** The line in front. */
export type Handover = {
  /** Who the client is. */
  readonly client: { readonly address: string; readonly port: number }
} & (
  | {
      /** An HTTP request for a load balancer's name, in lower case and without a port. */
      readonly way: "api"
      readonly host: string
    }
  | {
      /** A connection for the listener: whatever it speaks, from the first byte. */
      readonly way: "localhost"
      readonly balancer: string
      readonly listener: string
    }
)

/** No such line is longer, in bytes. */
export const longestHandover = 4096

/** A port of this machine's loopback that a listener is to be reached at. */
export interface DoorWish {
  /** Unique among those of its proxy. */
  readonly id: string
  readonly port: number
  /** Who it is, in words for the user. */
  readonly name: string
  /** `http` and `tls` are told apart by name; of the others, `raw` TCP and `udp`, one has a port. */
  readonly speaks: "http" | "tls" | "raw" | "udp"
  /** Lower case: exact names; `*.` in front stands for one or more labels, `*` and `?` elsewhere for characters. */
  readonly names: readonly string[]
}

/** A proxy → the one that has the loopback, lines of JSON: all that it wishes. */
export interface ToDoors {
  readonly type: "doors"
  /** Where connections are handed over. */
  readonly socket: string
  readonly wishes: readonly (DoorWish & { readonly balancer: string; readonly listener: string })[]
}

/** Its answers, at each change. */
export interface FromDoors {
  readonly type: "door"
  readonly id: string
  /** Absent: it is open. */
  readonly failure?: string
}
