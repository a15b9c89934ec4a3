// One TCP port of this machine's loopback, shared by all that wish for it: HTTP is told apart by the Host of the first
// request, TLS by the name in the hello. What is neither needs the port for itself.
import type { Socket } from "node:net"
import type { Clock } from "../../kernel/index.ts"
import { type Hello, helloOf } from "./client-hello.ts"
import type { Door } from "./door.ts"
import { Names } from "./names.ts"
import { type Look, peek } from "./peek.ts"
import { refuseHttp, refuseTls } from "./refusals.ts"
import { type Head, headOf } from "./request-head.ts"

type First =
  | { readonly speaks: "tls"; readonly hello: Exclude<Hello, { kind: "more" }> }
  | { readonly speaks: "http"; readonly head: Exclude<Head, { kind: "more" }> }

/** A record of TLS's handshake; no method of HTTP begins with it. */
const handshake = 0x16

const look = (bytes: Buffer): Look<First> => {
  if (bytes[0] === handshake) {
    const hello = helloOf(bytes)
    return hello.kind === "more" ? hello : { kind: "found", found: { speaks: "tls", hello } }
  }
  const head = headOf(bytes)
  return head.kind === "more" ? head : { kind: "found", found: { speaks: "http", head } }
}

/** See the head of the file. */
export class LoopbackPort {
  readonly #clock: Clock
  readonly #port: number
  #raw: Door | undefined
  #doors: readonly Door[] = []
  #names = { http: new Names<Door>(), tls: new Names<Door>() }

  constructor(clock: Clock, port: number) {
    this.#clock = clock
    this.#port = port
  }

  /** Who has the port from now on: one that has no names, or those that are told apart by them. */
  set(holders: readonly Door[]): void {
    this.#doors = holders
    this.#raw = holders.find(({ speaks }) => speaks === "raw")
    this.#names = { http: new Names(), tls: new Names() }
    for (const door of holders)
      if (door.speaks === "http" || door.speaks === "tls") this.#names[door.speaks].add(door, door.names)
  }

  take(socket: Socket): void {
    if (this.#raw) this.#raw.take(socket)
    else this.#tellApart(socket)
  }

  #tellApart(socket: Socket): void {
    peek(socket, this.#clock, look, (first) => {
      if (first.speaks === "tls") this.#takeTls(socket, first.hello)
      else this.#takeHttp(socket, first.head)
    })
  }

  #takeTls(socket: Socket, hello: Exclude<Hello, { kind: "more" }>): void {
    const broken = hello.kind === "broken"
    const door = broken ? undefined : hello.name === undefined ? this.#only("tls") : this.#find("tls", hello.name)
    if (door) door.take(socket)
    else if (broken) socket.destroy()
    else refuseTls(socket)
  }

  #takeHttp(socket: Socket, head: Exclude<Head, { kind: "more" }>): void {
    const door = head.kind === "head" && head.host !== undefined ? this.#find("http", head.host) : undefined
    if (door) door.take(socket)
    else
      refuseHttp(socket, {
        port: this.#port,
        host: head.kind === "head" ? head.host : undefined,
        doors: this.#doors,
      })
  }

  /** Who has the name and speaks so; else who has it at all: he knows what to answer to the wrong language. */
  #find(speaks: "http" | "tls", name: string): Door | undefined {
    return this.#names[speaks].ownerOf(name) ?? this.#names[speaks === "http" ? "tls" : "http"].ownerOf(name)
  }

  /** A client that names nobody means the one that there is. */
  #only(speaks: "tls"): Door | undefined {
    const doors = this.#doors.filter((door) => door.speaks === speaks)
    return doors.length === 1 ? doors[0] : undefined
  }
}
